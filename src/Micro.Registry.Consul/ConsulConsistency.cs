namespace Micro.Registry.Consul;

/// <summary>The consistency of a lookup: which server may answer. Watches ask the leader, or with <see cref="Consistent"/> a confirmed leader.</summary>
public enum ConsulConsistency
{
    /// <summary>Any server, possibly a moment behind: works without a leader.</summary>
    Stale,

    /// <summary>The leader.</summary>
    Default,

    /// <summary>The leader, after a majority confirmed that it is one.</summary>
    Consistent,
}
