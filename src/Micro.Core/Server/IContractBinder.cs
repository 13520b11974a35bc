using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.Reflection;

namespace Micro.Server;

/// <summary>
/// Takes the endpoints of an <see cref="IContractHandler"/>, one method for each kind of rpc: with its declaration in a
/// <c>.proto</c> file, whose <c>idempotency_level</c> becomes <c>idempotent=true</c> in the endpoint's metadata, or with a
/// description of its own. Not safe for concurrent use.
/// </summary>
public interface IContractBinder
{
    /// <summary>Takes an rpc with one request and one response.</summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the response.</typeparam>
    /// <param name="method">The rpc as declared.</param>
    /// <param name="endpoint">Name of its endpoint, <c>Handler.Method</c>.</param>
    /// <param name="handler">What runs; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is ill-formed or given twice.</exception>
    void Unary<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        MethodDescriptor method,
        string endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler);

    /// <summary>Takes an rpc with one request and a stream of responses.</summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the responses.</typeparam>
    /// <param name="method">The rpc as declared.</param>
    /// <param name="endpoint">Name of its endpoint, <c>Handler.Method</c>.</param>
    /// <param name="handler">What runs; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is ill-formed or given twice.</exception>
    void ServerStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        MethodDescriptor method,
        string endpoint,
        Func<TRequest, HandlerContext, IAsyncEnumerable<TResponse>> handler);

    /// <summary>Takes an rpc with a stream of requests and one response.</summary>
    /// <typeparam name="TRequest">Type of the requests.</typeparam>
    /// <typeparam name="TResponse">Type of the response.</typeparam>
    /// <param name="method">The rpc as declared.</param>
    /// <param name="endpoint">Name of its endpoint, <c>Handler.Method</c>.</param>
    /// <param name="handler">What runs; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is ill-formed or given twice.</exception>
    void ClientStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        MethodDescriptor method,
        string endpoint,
        Func<IAsyncEnumerable<TRequest>, HandlerContext, Task<TResponse>> handler);

    /// <summary>Takes an rpc with streams both ways.</summary>
    /// <typeparam name="TRequest">Type of the requests.</typeparam>
    /// <typeparam name="TResponse">Type of the responses.</typeparam>
    /// <param name="method">The rpc as declared.</param>
    /// <param name="endpoint">Name of its endpoint, <c>Handler.Method</c>.</param>
    /// <param name="handler">What runs; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is ill-formed or given twice.</exception>
    void BidirectionalStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        MethodDescriptor method,
        string endpoint,
        Func<IAsyncEnumerable<TRequest>, HandlerContext, IAsyncEnumerable<TResponse>> handler);

    /// <summary>Takes an endpoint with one request and one response.</summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the response.</typeparam>
    /// <param name="endpoint">Its name and description.</param>
    /// <param name="handler">What runs; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is ill-formed or given twice.</exception>
    void Unary<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler);

    /// <summary>Takes an endpoint with one request and a stream of responses.</summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the responses.</typeparam>
    /// <param name="endpoint">Its name and description.</param>
    /// <param name="handler">What runs; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is ill-formed or given twice.</exception>
    void ServerStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<TRequest, HandlerContext, IAsyncEnumerable<TResponse>> handler);

    /// <summary>Takes an endpoint with a stream of requests and one response.</summary>
    /// <typeparam name="TRequest">Type of the requests.</typeparam>
    /// <typeparam name="TResponse">Type of the response.</typeparam>
    /// <param name="endpoint">Its name and description.</param>
    /// <param name="handler">What runs; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is ill-formed or given twice.</exception>
    void ClientStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<IAsyncEnumerable<TRequest>, HandlerContext, Task<TResponse>> handler);

    /// <summary>Takes an endpoint with streams both ways.</summary>
    /// <typeparam name="TRequest">Type of the requests.</typeparam>
    /// <typeparam name="TResponse">Type of the responses.</typeparam>
    /// <param name="endpoint">Its name and description.</param>
    /// <param name="handler">What runs; called by many threads at once.</param>
    /// <exception cref="ArgumentException">The name is ill-formed or given twice.</exception>
    void BidirectionalStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<IAsyncEnumerable<TRequest>, HandlerContext, IAsyncEnumerable<TResponse>> handler);
}
