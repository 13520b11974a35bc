using System.Diagnostics.CodeAnalysis;
using Micro.Client;

namespace Micro.Generators.Calls;

/// <summary>A client that only records its arguments.</summary>
internal sealed class OptionsRecorder : IMicroClient
{
    public List<CallOptions?> Seen { get; } = [];

    public Task<TResponse> CallAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        TRequest request,
        CallOptions? options,
        CancellationToken cancellationToken = default)
    {
        Seen.Add(options);
        return Task.FromResult(default(TResponse)!);
    }

    public Task<IClientStream<TRequest, TResponse>> OpenStreamAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        CallOptions? options = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
