namespace Micro.Selection;

/// <summary>A selector, or a client with one, that knows how fresh its view of the registry is.</summary>
internal interface IReportsFreshness
{
    /// <summary>
    /// Gets the longest time for which the registry has not confirmed the nodes of a service; zero while all services are
    /// watched or none is known.
    /// </summary>
    TimeSpan SnapshotAge { get; }
}
