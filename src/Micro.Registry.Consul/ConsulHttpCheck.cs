namespace Micro.Registry.Consul;

/// <summary>Consul requests a URL at every interval; 2xx is passing, 429 warning, anything else critical.</summary>
public sealed class ConsulHttpCheck
{
    /// <summary>URL in which <c>{host}</c> and <c>{port}</c> stand for the node's, for example <c>http://{host}:8080/health</c>.</summary>
    public required string Url { get; init; }

    /// <summary>Time between two checks; above 0.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Longest time of one check; above 0.</summary>
    public required TimeSpan Timeout { get; init; }
}
