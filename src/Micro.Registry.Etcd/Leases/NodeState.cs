using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Micro.Registry.Kit;

namespace Micro.Registry.Etcd.Leases;

/// <summary>The state of one node that this process registered. Changed only while <see cref="Gate"/> is held.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore is never waited on by handle, so it holds nothing.")]
internal sealed class NodeState(string key)
{
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

    /// <summary>Gets the signals of the registrations that the node belongs to.</summary>
    public LossSignals Signals { get; } = new();
}
