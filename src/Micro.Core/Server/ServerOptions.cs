using System.Net;
using Micro.Basics;
using Micro.Codecs;
using Micro.Registry;
using Micro.Server.Listening;
using Micro.Transport;
using Micro.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>Options of a server: checked when the server is created and read at each start. Do not change them while it runs.</summary>
public sealed class ServerOptions
{
    private readonly Guid _generatedId = Guid.NewGuid();
    private string? _name;
    private string? _id;

    /// <summary>
    /// Name under which the service is registered. The default value is <c>go.micro.server</c>, under which no server starts: set a
    /// name.
    /// </summary>
    public string Name
    {
        get => _name ?? "go.micro.server";
        set => _name = value;
    }

    /// <summary>
    /// Id of this instance; the node id is name, <c>-</c> and id. The default value is a new GUID per server; for a long name its
    /// first digits, so that the node id fits the 63 bytes of a DNS label, which mDNS needs.
    /// </summary>
    public string Id
    {
        get => _id ?? DefaultId.For(Name, _generatedId);
        set => _id = value;
    }

    /// <summary>Version. The default value is <c>latest</c>.</summary>
    public string Version { get; set; } = "latest";

    /// <summary>
    /// The address to listen on: <c>host:port</c>, <c>:port</c> on all interfaces, or <c>host:min-max</c> for the first free port
    /// of a range; port 0 takes a free one. The default value is <c>:0</c>.
    /// </summary>
    public string Address { get; set; } = ":0";

    /// <summary>
    /// Address to register in place of the one listened on, <c>host:port</c>; without a port the listening port is used.
    /// The default value is <see langword="null"/>: chosen from the interfaces.
    /// </summary>
    public string? Advertise { get; set; }

    /// <summary>Networks from which the registered address is preferred, in order. The default value is empty.</summary>
    public IList<IPNetwork> PreferredNetworks { get; } = [];

    /// <summary><see langword="true"/> to register the host name in place of an address. The default value is <see langword="false"/>.</summary>
    public bool AdvertiseHostName { get; set; }

    /// <summary>Labels of the node in the registry.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Lifetime of a registration without renewal; zero for ever. The default value is 90 s.</summary>
    public TimeSpan RegisterTtl { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>Time between renewals, ± 20 %; zero for none. The default value is 30 s.</summary>
    public TimeSpan RegisterInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Asked before every registration and renewal; an exception means unhealthy: the node is withdrawn until the check
    /// passes again. The default value is <see langword="null"/>: always healthy.
    /// </summary>
    public Func<CancellationToken, Task>? RegisterCheck { get; set; }

    /// <summary>Time limit of a check; <see langword="null"/> (the default) for half the interval.</summary>
    public TimeSpan? RegisterCheckTimeout { get; set; }

    /// <summary>Failed checks in a row before the node is withdrawn, 1 to 100. The default value is 1.</summary>
    public int RegisterCheckFailures { get; set; } = 1;

    /// <summary>Passed checks in a row before a withdrawn node returns, 1 to 100. The default value is 1.</summary>
    public int RegisterCheckSuccesses { get; set; } = 1;

    /// <summary><see langword="true"/> to fail the start when the first registration fails. The default value is <see langword="false"/>: log and retry.</summary>
    public bool FailFastOnRegister { get; set; }

    /// <summary>Time limit of deregistering at stop; positive. The default value is 5 s.</summary>
    public TimeSpan DeregisterTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time after deregistering in which calls of clients that do not know of it yet are still served; not negative.
    /// The default value is <see langword="null"/>: 500 ms, with mDNS or Consul 1.5 s.
    /// </summary>
    public TimeSpan? DrainDelay { get; set; }

    /// <summary>Time limit of running calls at stop; positive. The default value is 30 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Time for open streams to end once the stop has begun, see <see cref="HandlerContext.Stopping"/>; not negative. Streams
    /// that still run then end with Unavailable. The default value is 5 s.
    /// </summary>
    public TimeSpan StreamDrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary><see langword="true"/> to serve the <c>Debug</c> handler (health and statistics). The default value is <see langword="true"/>.</summary>
    public bool DebugHandler { get; set; } = true;

    /// <summary>
    /// The node's own protocol in the registry, <c>mucp</c> or <c>grpc</c>. The port speaks both in either case, and the node
    /// lists both. The default value is <c>mucp</c>.
    /// </summary>
    public string Protocol { get; set; } = ProtocolNames.Mucp;

    /// <summary>
    /// TLS of the port, for all protocols; <see langword="null"/> (the default) for none. Read at each start.
    /// </summary>
    public ServerTlsOptions? Tls { get; set; }

    /// <summary>
    /// <see langword="true"/> to serve <c>grpc.health.v1.Health</c>; its answers agree with <c>/health/ready</c>. The default value is
    /// <see langword="true"/>.
    /// </summary>
    public bool GrpcHealth { get; set; } = true;

    /// <summary>
    /// <see langword="true"/> to serve gRPC server reflection, with which tools list and call endpoints without their <c>.proto</c> files.
    /// The default value is <see langword="true"/>.
    /// </summary>
    public bool GrpcReflection { get; set; } = true;

    /// <summary>
    /// <see langword="true"/> to show callers the text of unexpected exceptions: for development only. The default value is
    /// <see langword="false"/>: they see <c>internal error</c> and an id that the log repeats.
    /// </summary>
    public bool ShowExceptionDetail { get; set; }

    /// <summary>Codecs by content type, in addition to or in place of the built-in ones.</summary>
    public IDictionary<string, ICodec> Codecs { get; } = new Dictionary<string, ICodec>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Interceptors of handlers; the first is outermost.</summary>
    public IList<IHandlerInterceptor> Interceptors { get; } = [];

    /// <summary>
    /// Web pages that may send requests, as browsers name them in <c>Origin</c>: <c>https://shop.example</c> or <c>null</c>. Requests
    /// with any other origin are refused with 403. The default value is empty: a page of any site that a user visits could
    /// call the service otherwise. Callers other than browsers send no origin.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// Hosts, without port, that requests may be sent to, as they stand in <c>Host</c>; <c>*.example</c> stands for all names
    /// below. Requests to any other host are refused with 421. The default value is empty: every name, because port forwards,
    /// service meshes and callers by address use names of their own.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>
    /// Public key that verifies callers' tokens: PEM, or base64 of PEM as go-micro has it. Used by the package
    /// Micro.Authentication, and without it by nothing. The default value is <see langword="null"/>.
    /// </summary>
    public string? AuthPublicKey { get; set; }

    /// <summary>Limits on what clients may send and hold.</summary>
    public TransportLimits Limits { get; } = new();

    /// <summary>Registry; <see langword="null"/> (the default) for the service's own, else mDNS.</summary>
    public IRegistry? Registry { get; set; }

    /// <summary>
    /// Container of the application: each call gets a scope of it, see <see cref="HandlerContext.Services"/>. The default
    /// value is <see langword="null"/>: none.
    /// </summary>
    public IServiceProvider? Services { get; set; }

    /// <summary>The logger factory; <see langword="null"/> (the default) for that of the service, or no logs without one.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Source of time. The default value is <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary><see langword="true"/> if a name was set.</summary>
    internal bool IsNamed => _name is not null;

    /// <summary><see langword="true"/> if an id was set; <see langword="false"/> if it is generated.</summary>
    internal bool HasId => _id is not null;

    /// <summary>The network that the server listens on.</summary>
    internal INetwork Network { get; set; } = SocketNetwork.Instance;

    /// <summary>Creates the protocol that serves HTTP/2 on the server's port; <see langword="null"/> for none.</summary>
    internal Func<ProtocolHost, IServerProtocol<Http2Request>>? Http2 { get; set; }

    /// <summary>Recognizes handlers of gRPC stubs; <see langword="null"/> when the server knows none.</summary>
    internal IStubs? Stubs { get; set; }

    /// <summary>Returns the time since the registry last confirmed the nodes that the service's client uses.</summary>
    internal Func<TimeSpan>? SnapshotAge { get; set; }

    /// <summary>Adds every error to the list, each with the value and the allowed values.</summary>
    /// <param name="errors">The list to add to.</param>
    public void Validate(ICollection<string> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        ValidateValues(errors);
        Tls?.Validate("server", errors);
    }

    /// <summary>Validates everything except TLS, whose options depend on each other and whose files must be read.</summary>
    internal void ValidateValues(ICollection<string> errors)
    {
        ValidateName(errors, "server name", Name);
        ValidateName(errors, "server version", Version);
        ValidateName(errors, "server id", Id);
        if (!ListenAddress.TryParse(Address, out _))
        {
            errors.Add($"server address '{Address}': must be host:port, :port or host:min-max");
        }

        if (!string.IsNullOrEmpty(Advertise) && AdvertiseAddress.Check(Advertise) is { } problem)
        {
            errors.Add($"server advertise '{Advertise}': {problem}");
        }

        if (Protocol is not (ProtocolNames.Mucp or ProtocolNames.Grpc))
        {
            errors.Add($"server protocol '{Protocol}': must be {ProtocolNames.Mucp} or {ProtocolNames.Grpc}");
        }

        OptionRules.NotNegative(errors, "register TTL", RegisterTtl);
        OptionRules.NotNegative(errors, "register interval", RegisterInterval);
        OptionRules.Positive(errors, "deregister timeout", DeregisterTimeout);
        OptionRules.Positive(errors, "shutdown timeout", ShutdownTimeout);
        OptionRules.NotNegative(errors, "drain delay", DrainDelay ?? TimeSpan.Zero);
        OptionRules.NotNegative(errors, "stream drain timeout", StreamDrainTimeout);
        OptionRules.Positive(errors, "register check timeout", RegisterCheckTimeout ?? TimeSpan.FromSeconds(1));
        OptionRules.Between(errors, "register check failures", RegisterCheckFailures, 1, 100);
        OptionRules.Between(errors, "register check successes", RegisterCheckSuccesses, 1, 100);
        foreach (var origin in AllowedOrigins.Where(static origin => !IsOrigin(origin)))
        {
            errors.Add($"server allowed origin '{origin}': must be scheme://host or scheme://host:port, without a path, or null");
        }

        foreach (var host in AllowedHosts.Where(static host => !IsHostPattern(host)))
        {
            errors.Add($"server allowed host '{host}': must be a host without port, or *.domain");
        }

        foreach (var interceptor in Interceptors)
        {
            interceptor.Validate(this, errors);
        }

        Limits.Validate("server", errors);
    }

    private static bool IsOrigin(string origin) =>
        origin == "null" || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase) && uri.Host.Length > 0);

    private static bool IsHostPattern(string host) =>
        Uri.CheckHostName(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host) is not UriHostNameType.Unknown;

    private static void ValidateName(ICollection<string> errors, string what, string value)
    {
        try
        {
            ServiceRecordRules.ThrowIfInvalidName(value);
        }
        catch (ArgumentException exception)
        {
            errors.Add($"{what} '{value}': {exception.Message}");
        }
    }
}
