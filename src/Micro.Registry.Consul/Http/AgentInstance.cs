namespace Micro.Registry.Consul.Http;

/// <summary>An instance as its agent knows it, with the sum of its checks.</summary>
internal sealed class AgentInstance
{
    public string? AggregatedStatus { get; init; }

    public InstanceAddress? Service { get; init; }

    /// <summary>Gets a value indicating whether callers find the instance; a dead one is critical after its TTL.</summary>
    public bool IsAlive => AggregatedStatus is not "critical";

    /// <summary>The place of an instance.</summary>
    internal sealed class InstanceAddress
    {
        public string? Address { get; init; }

        public int Port { get; init; }

        public override string ToString() => NodeAddress.Format(Address ?? "", Port);
    }
}
