using System.Diagnostics.CodeAnalysis;
using Micro.Client;

namespace Micro.Hosting.Generic;

/// <summary>A service's client as the container hands it out: the service disposes it, not the container.</summary>
internal sealed class SharedClient(IMicroClient client) : IMicroClient
{
    public Task<TResponse> CallAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        TRequest request,
        CallOptions? options,
        CancellationToken cancellationToken = default) =>
        client.CallAsync<TRequest, TResponse>(service, endpoint, request, options, cancellationToken);

    public Task<IClientStream<TRequest, TResponse>> OpenStreamAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        client.OpenStreamAsync<TRequest, TResponse>(service, endpoint, options, cancellationToken);

    public ValueTask DisposeAsync() => default;
}
