namespace Micro.Selection.Ejection;

/// <summary>
/// The nodes of one service that picks leave out, and the limit on how many may be at a time. Changed under the lock of the
/// <see cref="HealthTable"/>; <see cref="Count"/> and <see cref="Generation"/> are read without.
/// </summary>
/// <param name="maxShare">The largest share of the listed nodes that is left out.</param>
internal sealed class LeftOutNodes(double maxShare)
{
    private readonly HashSet<NodeHealth> _nodes = [];
    private int _announced;
    private int _failing;
    private long _generation;

    /// <summary>Gets how many nodes are left out, as of the last <see cref="Announce"/>.</summary>
    public int Count => Volatile.Read(ref _announced);

    /// <summary>Gets how many of them are left out because they fail; the others have never answered.</summary>
    public int FailingCount => Volatile.Read(ref _failing);

    /// <summary>Gets a number that grows with each <see cref="Announce"/>.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    /// <summary>Gets or sets how many nodes are counted (<see cref="NodeHealth.IsCounted"/>); the limit is a share of them.</summary>
    public int ListedCount { get; set; }

    /// <summary>Gets a value indicating whether <see cref="Count"/> is out of date.</summary>
    public bool HasChangedCount => _nodes.Count != _announced;

    /// <summary>Gets a value indicating whether more listed nodes are left out than may be.</summary>
    public bool IsOverLimit => CountListed() > Limit;

    private int Limit => Math.Max(1, (int)(ListedCount * maxShare));

    /// <summary>Returns whether a node that takes part may be left out too. The limit does not count suspects and newcomers.</summary>
    public bool HasRoomFor(NodeHealth health) => !health.IsCounted || CountListed() < Limit;

    public void Add(NodeHealth health) => _nodes.Add(health);

    public void Remove(NodeHealth health) => _nodes.Remove(health);

    public void RemoveWhere(Predicate<NodeHealth> isGone) => _nodes.RemoveWhere(isGone);

    /// <summary>Returns the listed node whose pause ends first.</summary>
    public NodeHealth FirstDue() => _nodes.Where(static health => health.IsCounted).MinBy(static health => health.DueAt)!;

    /// <summary>
    /// Returns a listed node that may live: one that is asked, or one on probation; <see langword="null"/> without any.
    /// </summary>
    public NodeHealth? FindHopeful() => _nodes.FirstOrDefault(static health =>
        health is { IsCounted: true, State: NodeHealthState.Asked } or { IsCounted: true, State: NodeHealthState.Probing, ProvenAt: not null });

    /// <summary>Lets picks see the changes.</summary>
    public void Announce()
    {
        Volatile.Write(ref _announced, _nodes.Count);
        Volatile.Write(ref _failing, _nodes.Count(static health => !health.IsNewcomer));
        Interlocked.Increment(ref _generation);
    }

    private int CountListed() => _nodes.Count(static health => health.IsCounted);
}
