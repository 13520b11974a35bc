namespace Micro.Selection.Services;

/// <summary>How a read of the registry ended.</summary>
internal enum LookupResult
{
    /// <summary>The registry knows nodes.</summary>
    Found,

    /// <summary>The registry answered that it knows none.</summary>
    NotFound,

    /// <summary>The registry did not answer, or refused.</summary>
    Failed,

    /// <summary>The selector forgot the service meanwhile or was disposed.</summary>
    Stopped,
}
