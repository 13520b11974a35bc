using System.Diagnostics.CodeAnalysis;
using Micro.Hosting;
using Micro.Server;
using Micro.Transport.Grpc.Stubs.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds handlers to a service of a container.</summary>
public static class MicroBuilderExtensions
{
    /// <summary>
    /// Adds the suitable public methods of a type as endpoints <c>Type.Method</c>, or the rpcs of its contract when it derives
    /// from the service base of a generated gRPC stub. Each call gets a scope of the container and the handler from it; scope and handler are
    /// disposed after the response is encoded or the stream has ended.
    /// </summary>
    /// <typeparam name="THandler">Type of the handler. Registered as scoped, unless it is registered already.</typeparam>
    /// <param name="builder">The service.</param>
    /// <param name="configure">Name, visibility and metadata.</param>
    /// <returns>The builder.</returns>
    [RequiresUnreferencedCode(EndpointDescription.Unreferenced)]
    [RequiresDynamicCode(EndpointDescription.Dynamic)]
    public static IMicroBuilder Handle<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IMicroBuilder builder, Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddScoped<THandler>();
        return builder.Add(EndpointDescription.OfHandler(static context => context.Services.GetRequiredService<THandler>(), configure));
    }

    /// <summary>
    /// Adds a handler that derives from the service base of a generated gRPC stub as <see cref="Handle{THandler}"/> does, in a
    /// form that is safe to trim.
    /// </summary>
    /// <typeparam name="THandler">Type of the handler. Registered as scoped, unless it is registered already.</typeparam>
    /// <param name="builder">The service.</param>
    /// <param name="configure">Name, visibility, metadata and interceptors.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The type derives from no generated service base.</exception>
    public static IMicroBuilder HandleContract<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods)] THandler>(
        this IMicroBuilder builder, Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var stub = ServerStubs.Of(static context => context.Services.GetRequiredService<THandler>())
            ?? throw new ArgumentException($"{typeof(THandler).Name} derives from no service base of a generated gRPC stub: use Handle<{typeof(THandler).Name}>()", nameof(configure));
        builder.Services.TryAddScoped<THandler>();
        return builder.Add(stub.Describe(configure));
    }

    /// <summary>
    /// Adds the endpoints of a handler that knows them, <c>Contract.Method</c>: the generated binding of an interface with
    /// <see cref="Micro.MicroContractAttribute"/>, whose generated <c>Handle…</c> methods end up here.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="handler">The handler; called by many threads at once.</param>
    /// <param name="configure">Name, visibility and metadata.</param>
    /// <returns>The builder.</returns>
    public static IMicroBuilder Handle(this IMicroBuilder builder, IContractHandler handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(EndpointDescription.OfContract(handler, configure));
    }

    /// <summary>Adds a unary endpoint.</summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the response.</typeparam>
    /// <param name="builder">The service.</param>
    /// <param name="endpoint">Name, <c>Handler.Method</c>.</param>
    /// <param name="handler">The handler; called by many threads at once. Services are in <see cref="HandlerContext.Services"/>.</param>
    /// <param name="metadata">Metadata of the endpoint, for example <c>idempotent=true</c>.</param>
    /// <returns>The builder.</returns>
    public static IMicroBuilder Handle<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        this IMicroBuilder builder,
        string endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(EndpointDescription.OfDelegate(endpoint, handler, metadata));
    }

    /// <summary>Adds a stream endpoint.</summary>
    /// <typeparam name="TRequest">Type of the messages received.</typeparam>
    /// <typeparam name="TResponse">Type of the messages sent.</typeparam>
    /// <param name="builder">The service.</param>
    /// <param name="endpoint">Name, <c>Handler.Method</c>.</param>
    /// <param name="handler">The handler; the stream ends when it returns.</param>
    /// <param name="metadata">Metadata of the endpoint.</param>
    /// <returns>The builder.</returns>
    public static IMicroBuilder HandleStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        this IMicroBuilder builder,
        string endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(EndpointDescription.OfStream(endpoint, handler, metadata));
    }
}
