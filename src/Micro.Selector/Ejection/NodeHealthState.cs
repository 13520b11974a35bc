namespace Micro.Selection.Ejection;

/// <summary>Decides whether picks consider a node.</summary>
internal enum NodeHealthState
{
    /// <summary>The node is in use.</summary>
    InUse,

    /// <summary>Attempts at the node get no reply: it is checked, and excluded until it answers.</summary>
    Checking,

    /// <summary>The node is excluded until its pause is over.</summary>
    Ejected,

    /// <summary>The pause is over: one request at a time is tried.</summary>
    Probing,

    /// <summary>
    /// The node was announced in an open registry and has not answered yet: it is excluded until it answers a check, then one
    /// request is tried.
    /// </summary>
    New,
}
