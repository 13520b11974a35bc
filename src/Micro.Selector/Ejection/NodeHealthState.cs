namespace Micro.Selection;

/// <summary>Whether a node takes part in the choice.</summary>
internal enum NodeHealthState
{
    /// <summary>It does.</summary>
    InUse,

    /// <summary>It is left out until its pause is over.</summary>
    Ejected,

    /// <summary>Its pause is over and one request is on its way to it.</summary>
    Probing,
}
