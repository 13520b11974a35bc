namespace Micro.Server;

/// <summary>The state of a server and its registration.</summary>
public enum ServerState
{
    /// <summary>Not started, stopped, withdrawn by its check, or not yet registered.</summary>
    NotRegistered = 0,

    /// <summary>The last assertion succeeded.</summary>
    Registered,

    /// <summary>Was registered, and the registry lost the record or cannot be reached; being asserted again.</summary>
    Lost,

    /// <summary>Stopping: withdrawn, still serving running calls.</summary>
    Draining,
}
