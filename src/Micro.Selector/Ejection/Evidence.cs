namespace Micro.Selection.Ejection;

/// <summary>The evidence of an attempt about its node's health.</summary>
internal enum Evidence
{
    /// <summary>No evidence: the attempt was abandoned or never sent.</summary>
    None,

    /// <summary>The node answered, possibly with an error of the service.</summary>
    Answered,

    /// <summary>The node answered that it cannot serve now.</summary>
    Unavailable,

    /// <summary>The connection broke, or no reply came in time.</summary>
    Failed,

    /// <summary>The node refused the connection.</summary>
    Refused,
}
