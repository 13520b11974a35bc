using System.Diagnostics.CodeAnalysis;

namespace Micro.Server;

/// <summary>
/// Receives the endpoints of an <see cref="IContractHandler"/>: a method for each kind of endpoint, and one for any stream. Not
/// safe for concurrent use.
/// </summary>
public interface IContractBinder
{
    /// <summary>Adds an endpoint with one request and one response.</summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the response.</typeparam>
    /// <param name="endpoint">Its name and description.</param>
    /// <param name="handler">The handler; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is invalid or was added already.</exception>
    void Unary<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler);

    /// <summary>Adds an endpoint with one request and a stream of responses.</summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the responses.</typeparam>
    /// <param name="endpoint">Its name and description.</param>
    /// <param name="handler">The handler; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is invalid or was added already.</exception>
    void ServerStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<TRequest, HandlerContext, IAsyncEnumerable<TResponse>> handler);

    /// <summary>Adds an endpoint with a stream of requests and one response.</summary>
    /// <typeparam name="TRequest">Type of the requests.</typeparam>
    /// <typeparam name="TResponse">Type of the response.</typeparam>
    /// <param name="endpoint">Its name and description.</param>
    /// <param name="handler">The handler; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is invalid or was added already.</exception>
    void ClientStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<IAsyncEnumerable<TRequest>, HandlerContext, Task<TResponse>> handler);

    /// <summary>Adds an endpoint with streams both ways.</summary>
    /// <typeparam name="TRequest">Type of the requests.</typeparam>
    /// <typeparam name="TResponse">Type of the responses.</typeparam>
    /// <param name="endpoint">Its name and description.</param>
    /// <param name="handler">The handler; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is invalid or was added already.</exception>
    void BidirectionalStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<IAsyncEnumerable<TRequest>, HandlerContext, IAsyncEnumerable<TResponse>> handler);

    /// <summary>Adds an endpoint of any kind of stream, whose handler reads and writes the stream itself.</summary>
    /// <typeparam name="TRequest">Type of the requests.</typeparam>
    /// <typeparam name="TResponse">Type of the responses.</typeparam>
    /// <param name="endpoint">Its name and description.</param>
    /// <param name="handler">The handler; called by many threads at once. The stream ends when it returns.</param>
    /// <exception cref="ArgumentException">The name is invalid or was added already.</exception>
    void Stream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler);
}
