namespace Micro.Registry.Consul;

/// <summary>Consul asks the node's <c>grpc.health.v1</c> service at every interval.</summary>
public sealed class ConsulGrpcCheck
{
    /// <summary>Service to ask for; <see langword="null"/> (the default) for the server as a whole.</summary>
    public string? Service { get; init; }

    /// <summary>Time between two checks; above 0.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Longest time of one check; above 0, default Consul's (10 s).</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary><see langword="true"/> to use TLS for the check; default <see langword="false"/>.</summary>
    public bool UseTls { get; init; }
}
