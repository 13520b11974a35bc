namespace Micro.Registry.Etcd.Leases;

/// <summary>A lease that is renewed. Changed only by <see cref="LeaseKeeper"/>, under its lock.</summary>
/// <param name="id">etcd's number of the lease.</param>
/// <param name="ttl">The lifetime that was granted.</param>
/// <param name="limit">The longest time it is renewed without a heartbeat.</param>
/// <param name="ended">Called once when the lease is gone; <see langword="true"/> when the server reported it, <see langword="false"/> when it was not confirmed in time.</param>
internal sealed class KeptLease(long id, TimeSpan ttl, TimeSpan limit, Action<bool> ended)
{
    public long Id { get; } = id;

    public TimeSpan Ttl { get; } = ttl;

    public TimeSpan Limit { get; } = limit;

    public Action<bool> Ended { get; } = ended;

    /// <summary>Gets or sets the time of the last heartbeat of the owner.</summary>
    public long HeartbeatAt { get; set; }

    /// <summary>Gets or sets the time at which the last confirmed renewal was sent.</summary>
    public long ConfirmedAt { get; set; }

    /// <summary>Gets or sets the time at which the renewal without an answer was sent.</summary>
    public long? AskedAt { get; set; }

    /// <summary>Gets or sets the time of the next renewal, counted from <see cref="ConfirmedAt"/>.</summary>
    public TimeSpan NextAfter { get; set; }

    public bool IsAbandoned { get; set; }
}
