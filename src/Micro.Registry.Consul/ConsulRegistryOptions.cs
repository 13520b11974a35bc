using Micro.Basics;

namespace Micro.Registry.Consul;

/// <summary>
/// Settings of the Consul registry. Read once, when the registry is created. Values that are not set come from Consul's own
/// environment variables (<c>CONSUL_HTTP_ADDR</c>, <c>CONSUL_HTTP_TOKEN</c> and so on), then from the default.
/// </summary>
public sealed class ConsulRegistryOptions
{
    /// <summary>
    /// Agents: <c>host</c>, <c>host:port</c> or a URL; default <c>127.0.0.1:8500</c>. Reads move on to the next one when
    /// one cannot be reached; registrations stay on one agent as long as it answers.
    /// </summary>
    public IList<string> Addresses { get; } = [];

    /// <summary><c>http</c> or <c>https</c> for addresses that do not say it; default <c>http</c>, <c>https</c> when TLS is set.</summary>
    public string? Scheme { get; set; }

    /// <summary>ACL token. Never logged.</summary>
    public string? Token { get; set; }

    /// <summary>File that holds the ACL token; read when the registry is created, and only without <see cref="Token"/>.</summary>
    public string? TokenFile { get; set; }

    /// <summary><c>user:password</c> for a proxy in front of the agent. Never logged.</summary>
    public string? BasicAuthentication { get; set; }

    /// <summary>Datacenter that is read; default the agent's own. Registrations always go to the agent's own.</summary>
    public string? Datacenter { get; set; }

    /// <summary>Namespace (Consul Enterprise).</summary>
    public string? Namespace { get; set; }

    /// <summary>Admin partition (Consul Enterprise).</summary>
    public string? Partition { get; set; }

    /// <summary>Certificates and their verification.</summary>
    public ConsulTlsOptions Tls { get; } = new();

    /// <summary>Longest time of an ordinary request; default 5 s, 1 ms to 5 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The time for which the agent may hold a watch's query until something changes; default 55 s, 1 s to 55 s.</summary>
    public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(55);

    /// <summary>The consistency of lookups; default <see cref="ConsulConsistency.Stale"/>, as in go-micro.</summary>
    public ConsulConsistency Consistency { get; set; } = ConsulConsistency.Stale;

    /// <summary>
    /// A stale answer of a server that lost its leader for longer than this is asked again from the leader; default 60 s,
    /// above 0.
    /// </summary>
    public TimeSpan MaxStaleness { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary><see langword="true"/> to treat a node with a check in state <c>warning</c> as down; default <see langword="false"/>, as in go-micro.</summary>
    public bool PassingOnly { get; set; }

    /// <summary>Filter expression that the agent applies to lookups and watches, for example <c>Service.Meta.zone == "a"</c>.</summary>
    public string? Filter { get; set; }

    /// <summary>Put before every service name in Consul and taken off on reading; default none.</summary>
    public string ServiceNamePrefix { get; set; } = "";

    /// <summary>
    /// Id of a node in Consul, made of the parts <c>{id}</c> (the node's id), <c>{service}</c>, <c>{ip}</c> (its host) and
    /// <c>{port}</c>; default <c>{id}</c>. It must be unique per instance.
    /// </summary>
    public string NodeIdFormat { get; set; } = "{id}";

    /// <summary>Consul opens a TCP connection to the node; comes before all other checks.</summary>
    public ConsulTcpCheck? TcpCheck { get; set; }

    /// <summary>Consul requests a URL of the node; used without <see cref="TcpCheck"/>.</summary>
    public ConsulHttpCheck? HttpCheck { get; set; }

    /// <summary>Consul asks the node's gRPC health service; used without the checks above.</summary>
    public ConsulGrpcCheck? GrpcCheck { get; set; }

    /// <summary>
    /// The time after which Consul removes a critical node; default the TTL or check interval + 5 s, at least 65 s.
    /// Consul itself allows nothing below 1 min and looks about every 30 s.
    /// </summary>
    public TimeSpan? DeregisterCriticalAfter { get; set; }

    /// <summary><see langword="true"/> to register and look up nodes as Connect-native; default <see langword="false"/>.</summary>
    public bool Connect { get; set; }

    /// <summary>Tags that are registered as they are, for tools such as routers that read Consul.</summary>
    public IList<string> Tags { get; } = [];

    /// <summary>
    /// Pairs that are added to Consul's Meta of a node. Keys are <c>[A-Za-z0-9_-]{1,128}</c> without the prefix
    /// <c>consul-</c>, values at most 512 bytes, 64 pairs; the node's own metadata wins.
    /// </summary>
    public IDictionary<string, string> Meta { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary><see langword="true"/> to register the endpoints (one tag each); default <see langword="true"/>. Calls do not need them.</summary>
    public bool EndpointTags { get; set; } = true;

    /// <summary>Variables to read instead of the process's; <see langword="null"/> (the default) for the process's.</summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; set; }

    /// <summary>The settings without secrets, for logs.</summary>
    /// <returns>Text without token, password and user.</returns>
    public override string ToString() =>
        $"Consul at {(Addresses.Count > 0 ? SecretText.WithoutSecrets(string.Join(',', Addresses)) : "default")}, token {Redact(Token)}, basic authentication {Redact(BasicAuthentication)}, datacenter {Datacenter ?? "default"}, {Consistency}";

    private static string Redact(string? secret) => string.IsNullOrEmpty(secret) ? "none" : "***";
}
