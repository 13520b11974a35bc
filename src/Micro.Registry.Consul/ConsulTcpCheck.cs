namespace Micro.Registry.Consul;

/// <summary>Consul opens a TCP connection to the node's address at every interval.</summary>
public sealed class ConsulTcpCheck
{
    /// <summary>Time between two checks; above 0.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Longest time of one check; above 0, default Consul's (10 s).</summary>
    public TimeSpan? Timeout { get; init; }
}
