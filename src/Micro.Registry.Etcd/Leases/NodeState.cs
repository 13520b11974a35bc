using Google.Protobuf;

namespace Micro.Registry.Etcd.Leases;

/// <summary>The state of one node that this process registered. Changed by one operation at a time.</summary>
/// <param name="key">The key.</param>
/// <param name="lose">Reports that the node is lost.</param>
internal sealed class NodeState(string key, Action lose)
{
    public ByteString Key { get; } = ByteString.CopyFromUtf8(key);

    public string KeyText => key;

    /// <summary>Gets or sets the lease of the key; <see langword="null"/> when it has none.</summary>
    public KeptLease? Lease { get; set; }

    /// <summary>Gets or sets the requested lifetime in seconds; 0 for no end.</summary>
    public long Seconds { get; set; }

    /// <summary>Gets or sets how often the record of another process was overwritten.</summary>
    public int Overwrites { get; set; }

    public bool HasWarnedOfNoTtl { get; set; }

    /// <summary>Set when the server reports that the lease is gone; the next write then requests a new one.</summary>
    public volatile bool IsLeaseGone;

    public void Lose() => lose();
}
