using System.Diagnostics.CodeAnalysis;
using Micro.Registry;

namespace Micro.Server;

/// <summary>
/// A server that listens, dispatches calls to handlers and keeps itself registered. Handlers are added before the start; all other
/// members are safe for concurrent use.
/// </summary>
public interface IMicroServer : IAsyncDisposable
{
    /// <summary>The options that the server was created with.</summary>
    ServerOptions Options { get; }

    /// <summary>The address that the server listens on, <c>host:port</c>; <see langword="null"/> before the start.</summary>
    string? Address { get; }

    /// <summary>The record that the server registers; <see langword="null"/> before the start.</summary>
    ServiceRecord? Record { get; }

    /// <summary>The state of the server's registration.</summary>
    ServerState State { get; }

    /// <summary>Raised after each change of <see cref="State"/>, on the thread that changed it; handlers must be quick.</summary>
    event EventHandler<ServerStateChangedEventArgs>? StateChanged;

    /// <summary>Adds the suitable public methods of an object as endpoints <c>Type.Method</c>.</summary>
    /// <param name="handler">The handler; called by many threads at once.</param>
    /// <param name="configure">Name, visibility and metadata.</param>
    /// <exception cref="ArgumentException">No method is suitable, or the name is in use.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    [RequiresUnreferencedCode("Binds methods by reflection; use the overloads with delegates in trimmed applications.")]
    [RequiresDynamicCode("Binds methods by reflection; use the overloads with delegates in applications compiled ahead of time.")]
    void Handle(object handler, Action<HandlerOptions>? configure = null);

    /// <summary>
    /// Adds the endpoints of a handler with a contract, <c>Service.Method</c>: a service in a <c>.proto</c> file, or an
    /// interface with <see cref="MicroContractAttribute"/>.
    /// </summary>
    /// <param name="handler">The handler; called by many threads at once.</param>
    /// <param name="configure">Name, visibility and metadata.</param>
    /// <exception cref="ArgumentException">The contract declares no endpoint, or the name is in use.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    void Handle(IContractHandler handler, Action<HandlerOptions>? configure = null);

    /// <summary>
    /// Adds the suitable public methods of a type as endpoints <c>Type.Method</c>, or the endpoints of its contract, each call
    /// on a new object.
    /// </summary>
    /// <typeparam name="THandler">Type of the handler.</typeparam>
    /// <param name="create">
    /// Returns the handler of a call, usually from <see cref="HandlerContext.Services"/>, whose scope disposes it.
    /// </param>
    /// <param name="configure">Name, visibility and metadata.</param>
    /// <exception cref="ArgumentException">No method is suitable, or the name is in use.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    /// <exception cref="NotSupportedException">The server supports handler objects only.</exception>
    [RequiresUnreferencedCode("Binds methods by reflection; use the overloads with delegates in trimmed applications.")]
    [RequiresDynamicCode("Binds methods by reflection; use the overloads with delegates in applications compiled ahead of time.")]
    void Handle<THandler>(Func<HandlerContext, THandler> create, Action<HandlerOptions>? configure = null)
        where THandler : class =>
        throw new NotSupportedException($"{GetType().Name} supports handler objects only, not handlers per call");

    /// <summary>Adds a unary endpoint.</summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the response.</typeparam>
    /// <param name="endpoint">Name, <c>Handler.Method</c>.</param>
    /// <param name="handler">The handler; called by many threads at once.</param>
    /// <param name="metadata">Metadata of the endpoint, for example <c>idempotent=true</c>.</param>
    /// <exception cref="ArgumentException">The name is invalid or in use.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    void Handle<[DynamicallyAccessedMembers(Describable)] TRequest, [DynamicallyAccessedMembers(Describable)] TResponse>(
        string endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler,
        IReadOnlyDictionary<string, string>? metadata = null);

    /// <summary>Adds a stream endpoint.</summary>
    /// <typeparam name="TRequest">Type of the messages received.</typeparam>
    /// <typeparam name="TResponse">Type of the messages sent.</typeparam>
    /// <param name="endpoint">Name, <c>Handler.Method</c>.</param>
    /// <param name="handler">The handler; the stream ends when it returns.</param>
    /// <param name="metadata">Metadata of the endpoint.</param>
    /// <exception cref="ArgumentException">The name is invalid or in use.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    void HandleStream<[DynamicallyAccessedMembers(Describable)] TRequest, [DynamicallyAccessedMembers(Describable)] TResponse>(
        string endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler,
        IReadOnlyDictionary<string, string>? metadata = null);

    /// <summary>Listens, accepts connections, then registers. Does nothing when started already.</summary>
    /// <param name="cancellationToken">Ends the start; what was started is stopped.</param>
    /// <exception cref="IOException">The server cannot listen on the address.</exception>
    Task StartAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Withdraws the registration, keeps serving for the drain delay, then stops accepting, waits for running calls and
    /// closes. Concurrent calls share one stop; a stopped server can be started again.
    /// </summary>
    /// <param name="cancellationToken">Skips the waits: what still runs is cancelled.</param>
    Task StopAsync(CancellationToken cancellationToken = default);

    /// <summary>Members of message types that the trimmer must keep: constructors for decoding, members for the description.</summary>
    internal const DynamicallyAccessedMemberTypes Describable =
        DynamicallyAccessedMemberTypes.PublicParameterlessConstructor
        | DynamicallyAccessedMemberTypes.PublicProperties
        | DynamicallyAccessedMemberTypes.PublicFields;
}
