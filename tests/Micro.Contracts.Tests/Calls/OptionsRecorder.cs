using Micro.Client;

namespace Micro.Contracts.Calls;

/// <summary>A client that only notes with what it was called.</summary>
internal sealed class OptionsRecorder : IMicroClient
{
    public CallOptions? Last { get; private set; }

    public string? Endpoint { get; private set; }

    public Task<TResponse> CallAsync<TRequest, TResponse>(
        string service,
        string endpoint,
        TRequest request,
        CallOptions? options,
        CancellationToken cancellationToken = default)
    {
        Last = options;
        Endpoint = $"{service} {endpoint}";
        return Task.FromResult(Activator.CreateInstance<TResponse>());
    }

    public Task<IClientStream<TRequest, TResponse>> OpenStreamAsync<TRequest, TResponse>(
        string service,
        string endpoint,
        CallOptions? options = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
