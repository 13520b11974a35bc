namespace Micro.Selection.Services;

/// <summary>The result of a read of the registry.</summary>
internal enum LookupResult
{
    /// <summary>The registry knows nodes.</summary>
    Found,

    /// <summary>The registry knows no node.</summary>
    NotFound,

    /// <summary>The registry did not answer, or refused.</summary>
    Failed,

    /// <summary>The selector forgot the service meanwhile or was disposed.</summary>
    Stopped,
}
