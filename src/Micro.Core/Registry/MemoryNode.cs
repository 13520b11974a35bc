namespace Micro.Registry;

/// <summary>One registered node with its lifetime. Guarded by the registry's lock.</summary>
internal sealed class MemoryNode(ServiceRecord record)
{
    /// <summary>The record as registered, with this node only.</summary>
    public ServiceRecord Record { get; set; } = record;

    public TimeSpan Ttl { get; set; }

    /// <summary>Monotonic time of the last registration or renewal.</summary>
    public long LastSeen { get; set; }

    /// <summary>Grows with every change, so that the newest description of a version is known.</summary>
    public long Order { get; set; }

    public List<MemoryLease> Leases { get; } = [];
}
