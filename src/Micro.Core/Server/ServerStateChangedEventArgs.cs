namespace Micro.Server;

/// <summary>A change of a server's registration.</summary>
/// <param name="previous">The state before the change.</param>
/// <param name="current">The state after the change.</param>
/// <param name="error">The failure, if there was one.</param>
public sealed class ServerStateChangedEventArgs(ServerState previous, ServerState current, Exception? error) : EventArgs
{
    /// <summary>The state before the change.</summary>
    public ServerState Previous { get; } = previous;

    /// <summary>The state after the change.</summary>
    public ServerState Current { get; } = current;

    /// <summary>The failure, if there was one.</summary>
    public Exception? Error { get; } = error;
}
