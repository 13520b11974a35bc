using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace Micro.Registry.Etcd.Leases;

/// <summary>What is known of one node that this process registered. Changed only while <see cref="Gate"/> is held.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore is never waited on by handle, so it holds nothing.")]
internal sealed class NodeState(string key)
{
    private readonly Lock _signalGate = new();
    private readonly List<LossSignal> _signals = [];

    public ByteString Key { get; } = ByteString.CopyFromUtf8(key);

    public string KeyText => key;

    /// <summary>One write or withdrawal at a time, so that a late write cannot bring back a withdrawn node.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>The lease that holds the key; null for none.</summary>
    public KeptLease? Lease { get; set; }

    /// <summary>The lifetime that was asked for, in seconds; 0 for ever.</summary>
    public long Seconds { get; set; }

    /// <summary>How often the record of somebody else was overwritten.</summary>
    public int Overwrites { get; set; }

    public bool HasWarnedOfNoTtl { get; set; }

    public bool IsWithdrawn { get; set; }

    /// <summary>Set when the server said that the lease is gone; the next write then makes a new one.</summary>
    public volatile bool IsLeaseGone;

    /// <summary>The signal of exactly these nodes: a renewal gets the one it has, so heartbeats add nothing.</summary>
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
            // One that fired while its record was written says so to the caller, and to nobody after him.
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
