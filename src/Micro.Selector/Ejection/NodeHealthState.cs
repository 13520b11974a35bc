namespace Micro.Selection.Ejection;

/// <summary>Whether a node takes part in the choice.</summary>
internal enum NodeHealthState
{
    /// <summary>It does.</summary>
    InUse,

    /// <summary>Attempts at it wait in silence: it is asked whether it lives, and left out until it answers.</summary>
    Asked,

    /// <summary>It is left out until its pause is over.</summary>
    Ejected,

    /// <summary>Its pause is over: one request at a time is tried at it.</summary>
    Probing,

    /// <summary>
    /// It was announced in an open registry and has not answered yet: it is left out until it answers a check, then one request
    /// is tried at it.
    /// </summary>
    New,
}
