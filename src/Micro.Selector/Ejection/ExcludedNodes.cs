namespace Micro.Selection.Ejection;

/// <summary>
/// The nodes of one service that picks exclude, and the limit on their number. Changed under the lock of the
/// <see cref="HealthTable"/>; <see cref="Count"/> and <see cref="Generation"/> are read without it.
/// </summary>
/// <param name="maxShare">The largest share of the listed nodes that is excluded.</param>
internal sealed class ExcludedNodes(double maxShare)
{
    private readonly HashSet<NodeHealth> _nodes = [];
    private int _published;
    private int _failing;
    private long _generation;

    /// <summary>Gets the number of excluded nodes, as of the last <see cref="Publish"/>.</summary>
    public int Count => Volatile.Read(ref _published);

    /// <summary>Gets how many of them are excluded because they fail; the others have never answered.</summary>
    public int FailingCount => Volatile.Read(ref _failing);

    /// <summary>Gets a number that grows with each <see cref="Publish"/>.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    /// <summary>Gets or sets how many nodes are counted (<see cref="NodeHealth.IsCounted"/>); the limit is a share of them.</summary>
    public int ListedCount { get; set; }

    /// <summary>Gets a value indicating whether <see cref="Count"/> is out of date.</summary>
    public bool HasChangedCount => _nodes.Count != _published;

    /// <summary>Gets a value indicating whether more listed nodes are excluded than the limit allows.</summary>
    public bool IsOverLimit => CountListed() > Limit;

    private int Limit => Math.Max(1, (int)(ListedCount * maxShare));

    /// <summary>Returns whether the limit allows excluding another node. It does not count suspects and newcomers.</summary>
    public bool HasRoomFor(NodeHealth health) => !health.IsCounted || CountListed() < Limit;

    public void Add(NodeHealth health) => _nodes.Add(health);

    public void Remove(NodeHealth health) => _nodes.Remove(health);

    public void RemoveWhere(Predicate<NodeHealth> isGone) => _nodes.RemoveWhere(isGone);

    /// <summary>Returns the listed node whose pause ends first.</summary>
    public NodeHealth FirstDue() => _nodes.Where(static health => health.IsCounted).MinBy(static health => health.DueAt)!;

    /// <summary>
    /// Returns a listed node that is likely alive: under check or on probation; <see langword="null"/> without any.
    /// </summary>
    public NodeHealth? FindLikelyAlive() => _nodes.FirstOrDefault(static health =>
        health is { IsCounted: true, State: NodeHealthState.Checking } or { IsCounted: true, State: NodeHealthState.Probing, ProvenAt: not null });

    /// <summary>Publishes the changes to picks.</summary>
    public void Publish()
    {
        Volatile.Write(ref _published, _nodes.Count);
        Volatile.Write(ref _failing, _nodes.Count(static health => !health.IsNewcomer));
        Interlocked.Increment(ref _generation);
    }

    private int CountListed() => _nodes.Count(static health => health.IsCounted);
}
