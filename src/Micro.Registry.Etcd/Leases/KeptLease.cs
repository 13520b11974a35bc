namespace Micro.Registry.Etcd.Leases;

/// <summary>A lease that is renewed. Changed by <see cref="LeaseKeeper"/> under its lock only.</summary>
/// <param name="id">etcd's number of the lease.</param>
/// <param name="ttl">The lifetime that was granted.</param>
/// <param name="limit">How long it is renewed without a heartbeat.</param>
/// <param name="ended">Called once when the lease is gone; true when the server said so, false when it was not confirmed in time.</param>
internal sealed class KeptLease(long id, TimeSpan ttl, TimeSpan limit, Action<bool> ended)
{
    public long Id { get; } = id;

    public TimeSpan Ttl { get; } = ttl;

    public TimeSpan Limit { get; } = limit;

    public Action<bool> Ended { get; } = ended;

    /// <summary>When the owner last said that it lives.</summary>
    public long HeartbeatAt { get; set; }

    /// <summary>When the renewal was sent that the server confirmed last.</summary>
    public long ConfirmedAt { get; set; }

    /// <summary>When the renewal was sent that is not answered yet.</summary>
    public long? AskedAt { get; set; }

    /// <summary>When the next renewal is due, counted from <see cref="ConfirmedAt"/>.</summary>
    public TimeSpan NextAfter { get; set; }

    public bool IsAbandoned { get; set; }
}
