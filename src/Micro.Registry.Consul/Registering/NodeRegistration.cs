namespace Micro.Registry.Consul.Registering;

/// <summary>The last stored state of a node: its record, the agent, and the time of the last confirmation.</summary>
/// <param name="record">The record with this node only.</param>
/// <param name="ttl">The requested lifetime.</param>
/// <param name="agent">The agent that stores it.</param>
/// <param name="time">Time source.</param>
internal sealed class NodeRegistration(ServiceRecord record, TimeSpan ttl, Uri agent, TimeProvider time)
{
    private long _confirmedAt = time.GetTimestamp();

    public Node Node => record.Nodes[0];

    public Uri Agent => agent;

    public TimeSpan Age => time.GetElapsedTime(Volatile.Read(ref _confirmedAt));

    public bool Holds(ServiceRecord other, TimeSpan lifetime) => ttl == lifetime && record.Equals(other);

    public void Confirm() => Volatile.Write(ref _confirmedAt, time.GetTimestamp());
}
