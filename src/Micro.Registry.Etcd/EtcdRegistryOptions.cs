using Micro.Basics;

namespace Micro.Registry.Etcd;

/// <summary>Settings of the etcd registry. Read once, when the registry is created.</summary>
public sealed class EtcdRegistryOptions
{
    /// <summary>
    /// Addresses of the members, <c>host</c>, <c>host:port</c>, <c>http://host:port</c> or <c>https://host:port</c>; the port
    /// defaults to 2379. Empty (the default) for <c>127.0.0.1:2379</c>. <c>https</c> switches TLS on for all of them.
    /// </summary>
    public IList<string> Addresses { get; } = [];

    /// <summary>
    /// Prefix of the keys, default <c>/micro/registry/</c>, which is go-micro's: change it only for all members of a
    /// fleet at once. Starts and ends with a slash.
    /// </summary>
    public string Prefix { get; set; } = "/micro/registry/";

    /// <summary>
    /// Prefixes that other systems write and this registry only reads, for example <c>/micro/services/</c>; empty by default.
    /// Keys below are <c>prefix + service name + / + anything</c>, values <c>host:port</c> or the endpoint JSON of etcd's
    /// gRPC naming. Such nodes are marked with <c>protocol=grpc</c> unless their metadata names a protocol.
    /// </summary>
    public IList<string> ForeignPrefixes { get; } = [];

    /// <summary>Longest time of one operation, all members tried; default 5 s, above 0.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time to connect to one member; default 2 s, above 0.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// User name; default <see langword="null"/>: the environment's <c>ETCD_USERNAME</c> and <c>ETCD_PASSWORD</c> if
    /// both are set, otherwise no authentication.
    /// </summary>
    public string? Username { get; set; }

    /// <summary>Password that belongs to <see cref="Username"/>; never logged.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// <see langword="true"/> to use TLS; default <see langword="false"/>. An <c>https</c> address or a file in <see cref="Tls"/> switches
    /// it on as well.
    /// </summary>
    public bool Secure { get; set; }

    /// <summary>Certificates and their verification.</summary>
    public EtcdTlsOptions Tls { get; } = new();

    /// <summary>
    /// <see langword="true"/> to read lookups and watches with the agreement of the cluster; default <see langword="false"/>: any
    /// member answers, also without a majority, possibly a moment behind. A service's own keys are always read with agreement.
    /// </summary>
    public bool LinearizableReads { get; set; }

    /// <summary>
    /// Longest time that a lease is renewed without a call of <see cref="IRegistry.RegisterAsync"/>, so that a process whose
    /// heartbeat has stopped goes away; <see langword="null"/> (the default) for three times the TTL, otherwise above 0.
    /// </summary>
    public TimeSpan? RenewalLimit { get; set; }

    /// <summary>The interval (± 20 %) at which a watch reads everything again, in case a change was lost; default 5 min, above 0.</summary>
    public TimeSpan RelistInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Maximum number of bytes of one list, which is read in pages, and of one answer; default 64 MiB, 4 MiB to 1 GiB. About 1 KB is
    /// needed per node, more with many endpoints.
    /// </summary>
    public int MaxReceiveBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Variables to read instead of the process's; <see langword="null"/> (the default) for the process's.</summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; set; }

    /// <summary>The settings without secrets, for logs.</summary>
    /// <returns>Text without password.</returns>
    public override string ToString() =>
        $"etcd at {(Addresses.Count > 0 ? SecretText.WithoutSecrets(string.Join(',', Addresses)) : "default")}, prefix {Prefix}, user {Username ?? "default"}";

    internal string? Variable(string name) =>
        Environment is null ? System.Environment.GetEnvironmentVariable(name) : Environment.GetValueOrDefault(name);
}
