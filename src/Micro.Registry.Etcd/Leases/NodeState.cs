using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace Micro.Registry.Etcd.Leases;

/// <summary>The state of one node that this process registered. Changed only while <see cref="Gate"/> is held.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore is never waited on by handle, so it holds nothing.")]
internal sealed class NodeState(string key)
{
    private readonly Lock _signalGate = new();
    private readonly List<LossSignal> _signals = [];

    public ByteString Key { get; } = ByteString.CopyFromUtf8(key);

    public string KeyText => key;

    /// <summary>Gets the gate that admits one write or withdrawal at a time, so that a late write cannot bring back a withdrawn node.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>Gets or sets the lease of the key; <see langword="null"/> when it has none.</summary>
    public KeptLease? Lease { get; set; }

    /// <summary>Gets or sets the requested lifetime in seconds; 0 for no end.</summary>
    public long Seconds { get; set; }

    /// <summary>Gets or sets how often the record of another process was overwritten.</summary>
    public int Overwrites { get; set; }

    public bool HasWarnedOfNoTtl { get; set; }

    public bool IsWithdrawn { get; set; }

    /// <summary>Set when the server reports that the lease is gone; the next write then requests a new one.</summary>
    public volatile bool IsLeaseGone;

    /// <summary>Returns the signal of exactly these nodes: a heartbeat gets the existing one, so heartbeats add nothing.</summary>
    public LossSignal? FindSignal(IEnumerable<string> ids)
    {
        lock (_signalGate)
        {
            return _signals.Find(signal => !signal.IsFired && signal.Covers(ids));
        }
    }

    public void AddSignal(LossSignal signal)
    {
        lock (_signalGate)
        {
            // A signal that fired while its record was written has reached its caller and must serve no later one.
            if (!signal.IsFired)
            {
                _signals.Add(signal);
            }
        }
    }

    public void FireSignals()
    {
        LossSignal[] signals;
        lock (_signalGate)
        {
            signals = [.. _signals];
            _signals.Clear();
        }

        foreach (var signal in signals)
        {
            signal.Fire();
        }
    }
}
