using Micro.Client;

namespace Micro.Contracts.Calls;

/// <summary>A client for the tests of its callers.</summary>
internal sealed class StandIn : Numbers.Client
{
    public override Task<Number> DoubleAsync(Number request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new Number { Value = 7 });
}
