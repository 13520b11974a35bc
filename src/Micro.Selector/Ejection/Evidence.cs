namespace Micro.Selection.Ejection;

/// <summary>What an attempt says about the node it went to.</summary>
internal enum Evidence
{
    /// <summary>Nothing: the attempt was given up or never sent.</summary>
    None,

    /// <summary>The node answered, be it with an error of the service.</summary>
    Answered,

    /// <summary>The node answered that it cannot serve now.</summary>
    Unavailable,

    /// <summary>The connection broke, or no reply came in time.</summary>
    Failed,

    /// <summary>There was no connection to be had.</summary>
    Refused,
}
