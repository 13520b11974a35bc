namespace Micro;

/// <summary>
/// The kind of failure that a <see cref="MicroException"/> reports. Retry and ejection decide by it,
/// never by the text of an error.
/// </summary>
public enum ErrorKind
{
    /// <summary>The service itself answered with an error: its business, never a reason to try another node.</summary>
    Application = 0,

    /// <summary>No connection to the node could be made; the request was not executed.</summary>
    Connect,

    /// <summary>The connection was lost before the request was sent completely; the request was not executed.</summary>
    NotSent,

    /// <summary>The connection was lost after the request was sent; whether it was executed is unknown.</summary>
    Broken,

    /// <summary>The attempt or the whole call ran out of time; whether it was executed is unknown.</summary>
    Timeout,

    /// <summary>The server answered that it cannot serve now (503): draining or overloaded.</summary>
    Unavailable,

    /// <summary>The service is known, but no node is left after filtering.</summary>
    NoNode,

    /// <summary>The registry answered that it knows no such service.</summary>
    NotFound,

    /// <summary>The registry could not be asked and nothing is cached.</summary>
    Registry,

    /// <summary>The registry refused the request (access control).</summary>
    Denied,

    /// <summary>The request could not be encoded or is invalid; nothing was sent.</summary>
    InvalidRequest,

    /// <summary>The peer's bytes could not be understood.</summary>
    Protocol,

    /// <summary>The attempt was given up on this side; it says nothing about the node. Only in reports to the selector.</summary>
    Cancelled,
}
