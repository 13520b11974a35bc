namespace Micro.Registry.Consul.Registering;

/// <summary>What is known of one registered node: what was stored, where, and when that was last confirmed.</summary>
internal sealed class NodeRegistration : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _lifetime;
    private readonly ITimer? _expiry;
    private long _confirmedAt;

    /// <param name="record">The record with this node only.</param>
    /// <param name="ttl">Lifetime that was asked for.</param>
    /// <param name="agent">The agent that has it.</param>
    /// <param name="expired">Called when nobody renewed the node in time; <see langword="null"/> when Consul checks it itself.</param>
    /// <param name="time">Time source.</param>
    public NodeRegistration(ServiceRecord record, TimeSpan ttl, Uri agent, Action<NodeRegistration>? expired, TimeProvider time)
    {
        (Record, Ttl, Agent, _time, _lifetime) = (record, ttl, agent, time, expired is null ? Timeout.InfiniteTimeSpan : ttl);
        _confirmedAt = time.GetTimestamp();
        _expiry = expired is null ? null : time.CreateTimer(_ => expired(this), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ServiceRecord Record { get; }

    public TimeSpan Ttl { get; }

    public Uri Agent { get; }

    /// <summary>Whom to tell of a loss.</summary>
    public RegistrationHandle? Handle { get; set; }

    public TimeSpan Age => _time.GetElapsedTime(Volatile.Read(ref _confirmedAt));

    public bool Holds(ServiceRecord record, TimeSpan ttl) => Ttl == ttl && Record.Equals(record);

    public void Confirm()
    {
        Volatile.Write(ref _confirmedAt, _time.GetTimestamp());
        _expiry?.Change(_lifetime, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _expiry?.Dispose();
}
