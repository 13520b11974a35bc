namespace Micro.Selection;

/// <summary>A selector, or a client with one, that knows how fresh its view of the registry is.</summary>
internal interface IReportsFreshness
{
    /// <summary>
    /// For how long the registry has not confirmed the nodes of the service that is worst off; zero while all are watched
    /// or none is known.
    /// </summary>
    TimeSpan SnapshotAge { get; }
}
