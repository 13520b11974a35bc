namespace Micro.Server;

/// <summary>A change of a server's registration.</summary>
/// <param name="previous">Where it stood.</param>
/// <param name="current">Where it stands.</param>
/// <param name="error">Why, if something failed.</param>
public sealed class ServerStateChangedEventArgs(ServerState previous, ServerState current, Exception? error) : EventArgs
{
    /// <summary>Where it stood.</summary>
    public ServerState Previous { get; } = previous;

    /// <summary>Where it stands.</summary>
    public ServerState Current { get; } = current;

    /// <summary>Why, if something failed.</summary>
    public Exception? Error { get; } = error;
}
