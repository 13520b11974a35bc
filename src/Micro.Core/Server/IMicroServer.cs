using System.Diagnostics.CodeAnalysis;
using Micro.Registry;

namespace Micro.Server;

/// <summary>
/// A server that listens, dispatches calls to handlers and keeps itself registered. Handlers are added before the start; all other
/// members are safe for concurrent use.
/// </summary>
public interface IMicroServer : IEndpointCollection, IAsyncDisposable
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
