using System.Diagnostics.CodeAnalysis;
using Micro.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Micro.Hosting;

/// <summary>
/// A service that was added to a container: takes its handlers. Not safe for concurrent use, like the container before it
/// is built.
/// </summary>
public interface IMicroBuilder
{
    /// <summary>Key of the service among several in one container; <see langword="null"/> for the one without.</summary>
    string? Key { get; }

    /// <summary>The container that is being filled.</summary>
    IServiceCollection Services { get; }

    /// <summary>
    /// Adds the suitable public methods of a type as endpoints <c>Type.Method</c>, or the rpcs of its contract when it derives
    /// from the service base of a generated gRPC stub. Each call gets a scope of the container and the handler from it; scope and handler are
    /// disposed after the response is encoded or the stream has ended.
    /// </summary>
    /// <typeparam name="THandler">Type of the handler. Registered as scoped, unless it is registered already.</typeparam>
    /// <param name="configure">Name, visibility and metadata.</param>
    /// <returns>This builder.</returns>
    [RequiresUnreferencedCode("Binds methods by reflection; use the overloads with delegates in trimmed applications.")]
    [RequiresDynamicCode("Binds methods by reflection; use the overloads with delegates in applications compiled ahead of time.")]
    IMicroBuilder Handle<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(Action<HandlerOptions>? configure = null)
        where THandler : class;

    /// <summary>
    /// Adds a handler that derives from the service base of a generated gRPC stub as <see cref="Handle{THandler}"/> does, in a
    /// form that is safe to trim.
    /// </summary>
    /// <typeparam name="THandler">Type of the handler. Registered as scoped, unless it is registered already.</typeparam>
    /// <param name="configure">Name, visibility, metadata and interceptors.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The type derives from no generated service base.</exception>
    IMicroBuilder HandleContract<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods)] THandler>(
        Action<HandlerOptions>? configure = null)
        where THandler : class;

    /// <summary>
    /// Adds the endpoints of a handler that knows them, <c>Contract.Method</c>: the generated binding of an interface with
    /// <see cref="MicroContractAttribute"/>, whose generated <c>Handle…</c> methods end up here.
    /// </summary>
    /// <param name="handler">The handler; called by many threads at once.</param>
    /// <param name="configure">Name, visibility and metadata.</param>
    /// <returns>This builder.</returns>
    IMicroBuilder Handle(IContractHandler handler, Action<HandlerOptions>? configure = null);

    /// <summary>Adds a unary endpoint.</summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the response.</typeparam>
    /// <param name="endpoint">Name, <c>Handler.Method</c>.</param>
    /// <param name="handler">The handler; called by many threads at once. Services are in <see cref="HandlerContext.Services"/>.</param>
    /// <param name="metadata">Metadata of the endpoint, for example <c>idempotent=true</c>.</param>
    /// <returns>This builder.</returns>
    IMicroBuilder Handle<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler,
        IReadOnlyDictionary<string, string>? metadata = null);

    /// <summary>Adds a stream endpoint.</summary>
    /// <typeparam name="TRequest">Type of the messages received.</typeparam>
    /// <typeparam name="TResponse">Type of the messages sent.</typeparam>
    /// <param name="endpoint">Name, <c>Handler.Method</c>.</param>
    /// <param name="handler">The handler; the stream ends when it returns.</param>
    /// <param name="metadata">Metadata of the endpoint.</param>
    /// <returns>This builder.</returns>
    IMicroBuilder HandleStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler,
        IReadOnlyDictionary<string, string>? metadata = null);

    /// <summary>
    /// Registers the service only while health checks of the application pass: they become its
    /// <see cref="MicroServiceOptions.RegisterCheck"/>. Checks of Micro itself are left out, or a service that is not
    /// registered would never become healthy enough to register.
    /// </summary>
    /// <param name="which">Which checks count; <see langword="null"/> for all.</param>
    /// <returns>This builder.</returns>
    IMicroBuilder RegisterWhileHealthy(Func<HealthCheckRegistration, bool>? which = null);
}
