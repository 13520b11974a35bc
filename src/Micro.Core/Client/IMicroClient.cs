using System.Diagnostics.CodeAnalysis;

namespace Micro.Client;

/// <summary>
/// A client that calls services by name. Safe for concurrent use; disposing closes its connections and, unless it was passed in,
/// its selector.
/// </summary>
public interface IMicroClient : IAsyncDisposable
{
    /// <summary>Calls an endpoint with one request and one response.</summary>
    /// <typeparam name="TRequest">Type of the request; <c>byte[]</c> is sent as it is.</typeparam>
    /// <typeparam name="TResponse">Type of the response; <c>byte[]</c> is received as it is.</typeparam>
    /// <param name="service">Name of the service.</param>
    /// <param name="endpoint">Name of the endpoint, <c>Handler.Method</c>.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">The options of this call, or <see langword="null"/> for those of the client.</param>
    /// <param name="cancellationToken">Ends the call with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The response.</returns>
    /// <exception cref="MicroException">The call failed; see its code, kind, node and attempts.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<TResponse> CallAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        TRequest request,
        CallOptions? options,
        CancellationToken cancellationToken = default);

    /// <summary>Calls an endpoint with one request and one response, with the client's own options.</summary>
    /// <typeparam name="TRequest">Type of the request; <c>byte[]</c> is sent as it is.</typeparam>
    /// <typeparam name="TResponse">Type of the response; <c>byte[]</c> is received as it is.</typeparam>
    /// <param name="service">Name of the service.</param>
    /// <param name="endpoint">Name of the endpoint, <c>Handler.Method</c>.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the call with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The response.</returns>
    /// <exception cref="MicroException">The call failed; see its code, kind, node and attempts.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<TResponse> CallAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        TRequest request,
        CancellationToken cancellationToken = default) =>
        CallAsync<TRequest, TResponse>(service, endpoint, request, null, cancellationToken);

    /// <summary>
    /// Opens a stream: server, client or bidirectional, depending on the endpoint. Nodes are tried until one opens it;
    /// an open stream is never repeated.
    /// </summary>
    /// <typeparam name="TRequest">Type of the messages sent.</typeparam>
    /// <typeparam name="TResponse">Type of the messages received.</typeparam>
    /// <param name="service">Name of the service.</param>
    /// <param name="endpoint">Name of the endpoint, <c>Handler.Method</c>.</param>
    /// <param name="options">The options of this call, or <see langword="null"/> for those of the client.</param>
    /// <param name="cancellationToken">Ends the opening and, afterwards, the stream.</param>
    /// <returns>The stream; dispose it.</returns>
    /// <exception cref="MicroException">No node opened the stream.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<IClientStream<TRequest, TResponse>> OpenStreamAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        CallOptions? options = null,
        CancellationToken cancellationToken = default);
}
