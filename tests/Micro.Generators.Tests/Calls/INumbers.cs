using Micro.Server;

namespace Micro.Generators.Calls;

/// <summary>Every kind of endpoint, with plain messages.</summary>
[MicroContract(JsonContext = typeof(NumbersJson))]
public interface INumbers
{
    /// <summary>Twice the number.</summary>
    [Idempotent]
    Task<Number> DoubleAsync(Number request, CancellationToken cancellationToken = default);

    ValueTask<Number> HalveAsync(Number request, CancellationToken cancellationToken = default);

    Task ForgetAsync(Number request, CancellationToken cancellationToken = default);

    ValueTask DropAsync(Number request, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Number> CountAsync(Number request, CancellationToken cancellationToken = default);

    Task<Number> SumAsync(IAsyncEnumerable<Number> requests, CancellationToken cancellationToken = default);

    [MicroEndpoint("Flip")]
    IAsyncEnumerable<Number> NegateAsync(IAsyncEnumerable<Number> requests, CancellationToken cancellationToken = default);

    /// <summary>A helper for callers: it has a body, so it is not an endpoint.</summary>
    Task<Number> QuadrupleAsync(Number request) => QuadrupleCoreAsync(request);

    private async Task<Number> QuadrupleCoreAsync(Number request) => await DoubleAsync(await DoubleAsync(request));
}
