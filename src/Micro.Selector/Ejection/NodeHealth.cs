namespace Micro.Selection.Ejection;

/// <summary>
/// How one node, that is one id at one address, has done lately. Changed by its <see cref="HealthTable"/> under a lock;
/// what picks and successes need is read without.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="isNew"><see langword="true"/> for a node of an open registry: it has to answer before it takes part.</param>
internal sealed class NodeHealth(Node node, bool isNew = false)
{
    private int _failures;
    private int _refusals;
    private int _state = (int)(isNew ? NodeHealthState.New : NodeHealthState.InUse);
    private long _dueAt = isNew ? long.MaxValue : 0;
    private volatile bool _isNewcomer = isNew;
    private volatile bool _hasFailed;

    public Node Node { get; } = node;

    /// <summary>Whether the registry lists it now; a suspect is kept although it does not.</summary>
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

    /// <summary>Gets a value indicating whether the limit on nodes that are left out counts the node: strangers are not counted.</summary>
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

    /// <summary>Answers in a row that it cannot serve now.</summary>
    public int Refusals
    {
        get => Volatile.Read(ref _refusals);
        set => Volatile.Write(ref _refusals, value);
    }

    /// <summary>Whether a success would change nothing.</summary>
    public bool IsClean => Failures == 0 && Refusals == 0 && State == NodeHealthState.InUse;

    /// <summary>Gets whether a failure of the node is on record.</summary>
    public bool HasHistory => State != NodeHealthState.New && (!IsClean || Doublings >= 0);

    /// <summary>Monotonic time from which a request may be tried at it.</summary>
    public long DueAt
    {
        get => Volatile.Read(ref _dueAt);
        set => Volatile.Write(ref _dueAt, value);
    }

    /// <summary>Monotonic time of the last change of state: attempts that began before it say nothing about it.</summary>
    public long ChangedAt { get; set; } = long.MinValue;

    /// <summary>Gets or sets whether a check must succeed before the next request.</summary>
    public bool AwaitsCheck { get; set; }

    /// <summary>Monotonic time of the first answer since it was ejected; <see langword="null"/> before that.</summary>
    public long? ProvenAt { get; set; }

    /// <summary>The question whether it lives that was asked last.</summary>
    public Task<bool>? Question { get; set; }

    /// <summary>Gets or sets the number of consecutive checks that found a live node with slow handlers.</summary>
    public int FalseAlarms { get; set; }

    /// <summary>Monotonic time of the last such question.</summary>
    public long FalseAlarmAt { get; set; }

    /// <summary>How often the pause has been doubled.</summary>
    public int Doublings { get; set; } = -1;
}
