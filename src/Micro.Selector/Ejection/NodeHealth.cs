namespace Micro.Selection.Ejection;

/// <summary>
/// The recent health of one node: one id at one address. Changed by its <see cref="HealthTable"/> under a lock;
/// picks and successes read it without.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="isNew"><see langword="true"/> for a node of an open registry: it must answer before it is used.</param>
internal sealed class NodeHealth(Node node, bool isNew = false)
{
    private int _failures;
    private int _refusals;
    private int _state = (int)(isNew ? NodeHealthState.New : NodeHealthState.InUse);
    private long _dueAt = isNew ? long.MaxValue : 0;
    private volatile bool _isNewcomer = isNew;
    private volatile bool _hasFailed;

    public Node Node { get; } = node;

    /// <summary>Gets or sets whether the registry lists it; a suspect is kept although it is not listed.</summary>
    public bool IsListed { get; set; }

    /// <summary>Gets or sets a value indicating whether the node was announced in an open registry and has not answered a call yet.</summary>
    public bool IsNewcomer
    {
        get => _isNewcomer;
        set => _isNewcomer = value;
    }

    /// <summary>Gets or sets a value indicating whether an attempt or a check of a newcomer failed.</summary>
    public bool HasFailed
    {
        get => _hasFailed;
        set => _hasFailed = value;
    }

    /// <summary>Gets a value indicating whether the limit on excluded nodes counts the node; newcomers are not counted.</summary>
    public bool IsCounted => IsListed && !IsNewcomer;

    public NodeHealthState State
    {
        get => (NodeHealthState)Volatile.Read(ref _state);
        set => Volatile.Write(ref _state, (int)value);
    }

    /// <summary>Transport-level failures in a row.</summary>
    public int Failures
    {
        get => Volatile.Read(ref _failures);
        set => Volatile.Write(ref _failures, value);
    }

    /// <summary>"Cannot serve now" answers in a row.</summary>
    public int Refusals
    {
        get => Volatile.Read(ref _refusals);
        set => Volatile.Write(ref _refusals, value);
    }

    /// <summary>Gets whether a success would change nothing.</summary>
    public bool IsClean => Failures == 0 && Refusals == 0 && State == NodeHealthState.InUse;

    /// <summary>Gets whether a failure of the node is on record.</summary>
    public bool HasHistory => State != NodeHealthState.New && (!IsClean || Doublings >= 0);

    /// <summary>Monotonic time from which a request may be tried.</summary>
    public long DueAt
    {
        get => Volatile.Read(ref _dueAt);
        set => Volatile.Write(ref _dueAt, value);
    }

    /// <summary>Monotonic time of the last change of state; attempts that began earlier are no evidence.</summary>
    public long ChangedAt { get; set; } = long.MinValue;

    /// <summary>Gets or sets whether a check must succeed before the next request.</summary>
    public bool AwaitsCheck { get; set; }

    /// <summary>Monotonic time of the first answer since it was ejected; <see langword="null"/> before that.</summary>
    public long? ProvenAt { get; set; }

    /// <summary>The liveness check that was started last.</summary>
    public Task<bool>? LastCheck { get; set; }

    /// <summary>Gets or sets the number of consecutive checks that found a live node with slow handlers.</summary>
    public int FalseAlarms { get; set; }

    /// <summary>Monotonic time of the last false alarm.</summary>
    public long FalseAlarmAt { get; set; }

    /// <summary>Number of times the pause has been doubled.</summary>
    public int Doublings { get; set; } = -1;
}
