using Micro.Registry;

namespace Micro.Selection;

/// <summary>
/// How one node, that is one id at one address, has done lately. Changed by its <see cref="HealthTable"/> under a lock;
/// what picks and successes need is read without.
/// </summary>
internal sealed class NodeHealth(Node node)
{
    private int _failures;
    private int _state;
    private long _dueAt;

    public Node Node { get; } = node;

    /// <summary>Whether the registry lists it now; a suspect is kept although it does not.</summary>
    public bool IsListed { get; set; }

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

    /// <summary>Whether a success would change nothing.</summary>
    public bool IsClean => Failures == 0 && State == NodeHealthState.InUse;

    /// <summary>Monotonic time from which a request may be tried at it.</summary>
    public long DueAt
    {
        get => Volatile.Read(ref _dueAt);
        set => Volatile.Write(ref _dueAt, value);
    }

    /// <summary>Monotonic time of the last change of state: attempts that began before it say nothing about it.</summary>
    public long ChangedAt { get; set; } = long.MinValue;

    /// <summary>How often the pause has been doubled.</summary>
    public int Doublings { get; set; } = -1;
}
