using Micro.Basics;
using Micro.Codecs;
using Micro.Registry;
using Micro.Selection;
using Micro.Transport;
using Micro.Transport.Security;
using Micro.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Micro.Client;

/// <summary>Options of a client. Read once when the client is created.</summary>
public sealed class ClientOptions
{
    /// <summary>Maximum number of retries that can be set.</summary>
    public const int MaxRetries = 5;

    /// <summary>Attempts after the first, 0 to <see cref="MaxRetries"/>. The default value is 5.</summary>
    public int Retries { get; set; } = 5;

    /// <summary>Limit of a whole call with all attempts and pauses; positive. The default value is 30 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Limit of one attempt from sending to the reply; positive. The default value is 5 s.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Limit for opening a connection; positive. The default value is 2 s.</summary>
    public TimeSpan DialTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Time limit of a stream, sent to the server. The default value is zero: none.</summary>
    public TimeSpan StreamTimeout { get; set; }

    /// <summary>Decides whether a failed attempt is repeated. The default value is <see cref="RetryPolicies.OnTransient"/>.</summary>
    public RetryPolicy RetryPolicy { get; set; } = RetryPolicies.OnTransient;

    /// <summary>Pause before an attempt. The default value is <see cref="BackoffPolicies.Transient"/> when <see langword="null"/>.</summary>
    public BackoffPolicy? Backoff { get; set; }

    /// <summary>
    /// Retries as a share of calls, or <see cref="RetryBudgetFloor"/> where that is more; 0 to 1. The default value is 0.2.
    /// </summary>
    public double RetryBudgetRatio { get; set; } = 0.2;

    /// <summary>Retries per second that are always allowed; not negative. The default value is 10.</summary>
    public double RetryBudgetFloor { get; set; } = 10;

    /// <summary><see langword="true"/> to limit retries by a budget. The default value is <see langword="true"/>.</summary>
    public bool RetryBudget { get; set; } = true;

    /// <summary>
    /// Idle connections kept per address, and most connections to an address over gRPC; positive. The default value is 100.
    /// </summary>
    public int PoolSize { get; set; } = 100;

    /// <summary>Age after which an idle connection is closed; positive. The default value is 1 min.</summary>
    public TimeSpan PoolTtl { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The time limit for closing one connection, above all for sending the end of a stream to the server; positive. The default value is 1 s.</summary>
    public TimeSpan PoolCloseTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Content type of calls that name none. The default value is <see langword="null"/>: protobuf for protobuf messages,
    /// JSON for everything else.
    /// </summary>
    public string? ContentType { get; set; }

    /// <summary>
    /// Protocol of calls: <c>mucp</c>, <c>grpc</c>, or <see langword="null"/> (the default) for the node's own. A node that does
    /// not speak the set protocol is called in its own. A node that names no protocol is called in the set one, else in mucp. A
    /// content type <c>application/grpc</c>, with or without <c>+proto</c>, <c>+json</c> or <c>+bytes</c>, selects gRPC for its
    /// call.
    /// </summary>
    public string? Protocol { get; set; }

    /// <summary>
    /// Name of a proxy service that all calls go to, whatever service they name. The proxy reads that name in
    /// <c>Micro-Service</c> and forwards the call; addresses of a call are ignored. <see langword="null"/> (the default) for none.
    /// </summary>
    public string? ProxyService { get; set; }

    /// <summary>
    /// Address <c>host:port</c> of a proxy that all calls go to, whatever service they name, without a registry lookup;
    /// <see langword="null"/> (the default) for none. Overrides <see cref="ProxyService"/>.
    /// </summary>
    public string? ProxyAddress
    {
        get => ProxyAddresses?[0];
        set => ProxyAddresses = value is null ? null : [value];
    }

    /// <summary>Gets <see cref="ProxyAddress"/> as the addresses of a call.</summary>
    internal IReadOnlyList<string>? ProxyAddresses { get; private set; }

    /// <summary>
    /// TLS towards all nodes; <see langword="null"/> (the default) for none. A node whose metadata requires TLS
    /// (<c>tls: 1</c>) is not called without it.
    /// </summary>
    public ClientTlsOptions? Tls { get; set; }

    /// <summary>
    /// The token that the client sends with all calls and streams; <see langword="null"/> (the default) for none. A call keeps an
    /// <c>Authorization</c> in its own metadata.
    /// </summary>
    public ClientCredentials? Credentials { get; set; }

    /// <summary>Codecs by content type, in addition to or in place of the built-in ones.</summary>
    public IDictionary<string, ICodec> Codecs { get; } = new Dictionary<string, ICodec>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Interceptors of calls; the first is outermost.</summary>
    public IList<IClientInterceptor> Interceptors { get; } = [];

    /// <summary>Interceptors of attempts; the first is outermost.</summary>
    public IList<IAttemptInterceptor> AttemptInterceptors { get; } = [];

    /// <summary><see langword="true"/> to give errors go-micro's blanket code 500 in place of 404 and 503. The default value is <see langword="false"/>.</summary>
    public bool UpstreamErrorCodes { get; set; }

    /// <summary>Limits on what a server may send.</summary>
    public TransportLimits Limits { get; } = new();

    /// <summary>Selector; <see langword="null"/> (the default) for a new one over <see cref="Registry"/>.</summary>
    public ISelector? Selector { get; set; }

    /// <summary>Registry for its own selector; <see langword="null"/> (the default) for the service's own, else mDNS.</summary>
    public IRegistry? Registry { get; set; }

    /// <summary>The logger factory; <see langword="null"/> (the default) for that of the service, or no logs without one.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Source of time. The default value is <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>The network used to open connections.</summary>
    internal INetwork Network { get; set; } = SocketNetwork.Instance;

    /// <summary>Creates the gRPC transport; <see langword="null"/> disables gRPC.</summary>
    internal Func<ClientOptions, ClientTls?, IClientTransport>? Grpc { get; set; }

    /// <summary>Sets the values of a preset, see <see cref="ClientDefaults"/>.</summary>
    /// <param name="preset">The preset.</param>
    public void Apply(ClientDefaults preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        preset.ApplyTo(this);
    }

    /// <summary>Adds every error to the list, each with the value and the allowed values.</summary>
    /// <param name="errors">The list to add to.</param>
    public void Validate(ICollection<string> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        ValidateValues(errors);
        Tls?.Validate("client", errors);
    }

    /// <summary>Validates everything except TLS, whose options depend on each other and whose files must be read.</summary>
    internal void ValidateValues(ICollection<string> errors)
    {
        if (Retries is < 0 or > MaxRetries)
        {
            errors.Add(FormattableString.Invariant($"client retries {Retries}: must be 0 to {MaxRetries}"));
        }

        OptionRules.Positive(errors, "client request timeout", RequestTimeout);
        OptionRules.Positive(errors, "client attempt timeout", AttemptTimeout);
        OptionRules.Positive(errors, "client dial timeout", DialTimeout);
        OptionRules.NotNegative(errors, "client stream timeout", StreamTimeout);
        OptionRules.Positive(errors, "client pool TTL", PoolTtl);
        OptionRules.Positive(errors, "client pool close timeout", PoolCloseTimeout);
        if (PoolSize <= 0)
        {
            errors.Add(FormattableString.Invariant($"client pool size {PoolSize}: must be positive"));
        }

        if (Protocol is not (null or ProtocolNames.Mucp or ProtocolNames.Grpc))
        {
            errors.Add($"client protocol '{Protocol}': must be {ProtocolNames.Mucp} or {ProtocolNames.Grpc}, or null for the node's own");
        }

        if (RetryBudgetRatio is not (>= 0 and <= 1))
        {
            errors.Add(FormattableString.Invariant($"client retry budget ratio {RetryBudgetRatio}: must be 0 to 1"));
        }

        if (RetryBudgetFloor is not (>= 0 and <= 1_000_000))
        {
            errors.Add(FormattableString.Invariant($"client retry budget floor {RetryBudgetFloor}: must be 0 to 1,000,000 per second"));
        }

        if (ProxyAddress is not null && !NodeAddress.TryParse(ProxyAddress, out _, out _))
        {
            errors.Add($"client proxy address '{ProxyAddress}': must be host:port");
        }

        if (ProxyService is not null && ServiceRecordRules.CheckName("client proxy service", ProxyService, required: true) is { } problem)
        {
            errors.Add(problem);
        }

        Credentials?.Validate(errors);
        Limits.Validate("client", errors);
    }
}
