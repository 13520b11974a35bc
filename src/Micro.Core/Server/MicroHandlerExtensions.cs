using System.Diagnostics.CodeAnalysis;
using Micro.Server;

namespace Micro;

/// <summary>
/// Adds handlers to a server or a service before its start. A service with invalid input ignores them. A handler is called by
/// many threads at once.
/// </summary>
public static class MicroHandlerExtensions
{
    /// <summary>
    /// Adds the suitable public methods of an object as endpoints <c>Type.Method</c>, or the rpcs of its contract when it derives
    /// from the service base of a generated gRPC stub.
    /// </summary>
    /// <param name="endpoints">The server or service.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="configure">Name, visibility and metadata.</param>
    /// <exception cref="ArgumentException">The handler has no endpoint, or a name is invalid or in use.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    [RequiresUnreferencedCode(EndpointDescription.Unreferenced)]
    [RequiresDynamicCode(EndpointDescription.Dynamic)]
    public static void Handle(this IEndpointCollection endpoints, object handler, Action<HandlerOptions>? configure = null) =>
        Checked(endpoints).Add(EndpointDescription.OfHandler(handler, configure));

    /// <summary>Adds the endpoints of a handler as <see cref="Handle(IEndpointCollection, object, Action{HandlerOptions})"/> does, each call on a new object.</summary>
    /// <typeparam name="THandler">Type of the handler.</typeparam>
    /// <param name="endpoints">The server or service.</param>
    /// <param name="create">
    /// Returns the handler of a call, usually from <see cref="HandlerContext.Services"/>, whose scope disposes it.
    /// </param>
    /// <param name="configure">Name, visibility and metadata.</param>
    /// <exception cref="ArgumentException">The handler has no endpoint, or a name is invalid or in use.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    [RequiresUnreferencedCode(EndpointDescription.Unreferenced)]
    [RequiresDynamicCode(EndpointDescription.Dynamic)]
    public static void Handle<THandler>(this IEndpointCollection endpoints, Func<HandlerContext, THandler> create, Action<HandlerOptions>? configure = null)
        where THandler : class =>
        Checked(endpoints).Add(EndpointDescription.OfHandler(create, configure));

    /// <summary>
    /// Adds the endpoints of a handler made from a contract, <c>Service.Method</c>: a service in a <c>.proto</c> file, or an
    /// interface with <see cref="MicroContractAttribute"/>.
    /// </summary>
    /// <param name="endpoints">The server or service.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="configure">Name, visibility and metadata.</param>
    /// <exception cref="ArgumentException">The handler has no endpoint, or a name is invalid or in use.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    public static void Handle(this IEndpointCollection endpoints, IContractHandler handler, Action<HandlerOptions>? configure = null) =>
        Checked(endpoints).Add(EndpointDescription.OfContract(handler, configure));

    /// <summary>Adds a unary endpoint.</summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the response.</typeparam>
    /// <param name="endpoints">The server or service.</param>
    /// <param name="endpoint">Name, <c>Handler.Method</c>.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="metadata">Metadata of the endpoint, for example <c>idempotent=true</c>.</param>
    /// <exception cref="ArgumentException">The name is invalid or in use.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    public static void Handle<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        this IEndpointCollection endpoints,
        string endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler,
        IReadOnlyDictionary<string, string>? metadata = null) =>
        Checked(endpoints).Add(EndpointDescription.OfDelegate(endpoint, handler, metadata));

    /// <summary>Adds a stream endpoint.</summary>
    /// <typeparam name="TRequest">Type of the messages received.</typeparam>
    /// <typeparam name="TResponse">Type of the messages sent.</typeparam>
    /// <param name="endpoints">The server or service.</param>
    /// <param name="endpoint">Name, <c>Handler.Method</c>.</param>
    /// <param name="handler">The handler; the stream ends when it returns.</param>
    /// <param name="metadata">Metadata of the endpoint.</param>
    /// <exception cref="ArgumentException">The name is invalid or in use.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    public static void HandleStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        this IEndpointCollection endpoints,
        string endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler,
        IReadOnlyDictionary<string, string>? metadata = null) =>
        Checked(endpoints).Add(EndpointDescription.OfStream(endpoint, handler, metadata));

    private static IEndpointCollection Checked(IEndpointCollection endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints;
    }
}
