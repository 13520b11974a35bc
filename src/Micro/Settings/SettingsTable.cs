using System.Globalization;
using Micro.Client;
using Micro.Selection;
using Microsoft.Extensions.Logging;

namespace Micro.Settings;

/// <summary>Everything that can be set from outside, in the order of application. The only such list.</summary>
internal static class SettingsTable
{
    public static readonly IReadOnlyList<Setting> All =
    [
        // The preset first: single client settings refine it.
        new("client_defaults", "name", "behave like a version of go-micro: upstream or classic", static (target, text) =>
            target.Client.Apply(KnownNames.Get("client defaults", text, KnownNames.ClientPresets) is "classic" ? ClientDefaults.Classic : ClientDefaults.Upstream)),
        new("client", "name", "protocol of calls, mucp or grpc, where the node speaks it; without it the one the node names", static (target, text) =>
            target.Client.Protocol = KnownNames.Get("client", text, KnownNames.Clients) is "grpc" ? "grpc" : "mucp"),
        new("server", "name", "protocol that the registry names, mucp or grpc; the port speaks both", static (target, text) =>
            target.Server.Protocol = KnownNames.Get("server", text, KnownNames.Servers) is "grpc" ? "grpc" : "mucp"),
        new("transport", "name", "transport: http", static (_, text) => KnownNames.Get("transport", text, KnownNames.Transports)),
        new("registry", "name", "registry: mdns, consul, etcd or memory; several, like consul,etcd, are used as one", static (target, text) =>
            target.Registry = string.Join(',', RegistryNames.Parse(text, target.RegistryNames))) { IsText = true },
        Setting.List(
            "registry_address",
            "list",
            "addresses of the registry, host[:port]; of several consul=host,etcd=host,host; with mdns the network interfaces, by address or name",
            static (target, members) => target.RegistryAddresses = members) with { HasKeys = true },
        new("registry_timeout", "duration", "longest time of one registry request", static (target, text) =>
            target.RegistryTimeout = PositiveDuration(text)),
        new("selector", "name", "how nodes are chosen: registry, random or roundrobin", static (target, text) =>
            target.Selector = KnownNames.Get("selector", text, SelectorStrategies.Names)),
        new("selector_cache_ttl", "duration", "how long an answer of the registry counts as fresh", static (target, text) =>
            target.SelectorCacheTtl = CacheTtl(text)),
        Setting.List("server_metadata", "key=value", "label of the node in the registry; repeatable, comma-separated", static (target, members) =>
            AddMetadata(target.Server.Metadata, members)) with { Merges = true, HasKeys = true },
        new("server_name", "name", "name of the service", static (target, text) => target.Server.Name = text),
        new("server_version", "text", "version of the service", static (target, text) => target.Server.Version = text),
        new("server_id", "text", "id of this instance", static (target, text) => target.Server.Id = text),
        new("server_address", "host:port", "where to listen", static (target, text) => target.Server.Address = text),
        new("server_advertise", "host:port", "address to register in place of the one listened on", static (target, text) =>
            target.Server.Advertise = text),
        new("server_drain_delay", "duration", "time between deregistering and closing at stop", static (target, text) =>
            target.Server.DrainDelay = Duration(text)),
        new("server_stream_drain_timeout", "duration", "time that open streams get to end by themselves at stop", static (target, text) =>
            target.Server.StreamDrainTimeout = Duration(text)),
        Setting.List("server_allowed_origins", "list", "web pages that may send requests, as scheme://host; all others are refused", static (target, members) =>
            Replace(target.Server.AllowedOrigins, members)),
        Setting.List("server_allowed_hosts", "list", "hosts that requests may be sent to; all when empty", static (target, members) =>
            Replace(target.Server.AllowedHosts, members)),
        new("server_debug", "true|false", "whether the Debug handler and gRPC reflection are served", static (target, text) =>
            target.Server.DebugHandler = target.Server.GrpcReflection = Flag(text)),
        new("auth_public_key", "text", "public key that verifies callers' tokens, PEM in base64; needs Authenticate of Micro.Authentication", static (target, text) =>
            target.Server.AuthPublicKey = text),
        new("server_shutdown_timeout", "duration", "longest time that running calls get at stop", static (target, text) =>
            target.Server.ShutdownTimeout = Duration(text)),
        new("server_max_message_size", "size", "largest message that the server takes or sends, such as 16MiB", static (target, text) =>
            target.Server.Limits.MaxMessageBytes = ByteSizeText.Parse(text)),
        new("register_ttl", "seconds", "lifetime of the registration without renewal; 0 for ever", static (target, text) =>
            target.Server.RegisterTtl = Duration(text, wholeSeconds: true)),
        new("register_interval", "seconds", "time between renewals; 0 for none", static (target, text) =>
            target.Server.RegisterInterval = Duration(text, wholeSeconds: true)),
        new("client_request_timeout", "duration", "limit of a whole call with all attempts", static (target, text) =>
            target.Client.RequestTimeout = Duration(text)),
        new("client_retries", "number", "attempts of a call after the first", static (target, text) => target.Client.Retries = Number(text)),
        new("client_pool_size", "number", "idle connections kept per address", static (target, text) => target.Client.PoolSize = Number(text)),
        new("client_pool_ttl", "duration", "age after which an idle connection is closed", static (target, text) =>
            target.Client.PoolTtl = Duration(text)),
        new("client_pool_close_timeout", "duration", "how long closing a connection may take", static (target, text) =>
            target.Client.PoolCloseTimeout = Duration(text)),
        new("client_max_message_size", "size", "largest message that the client sends or takes, such as 16MiB", static (target, text) =>
            target.Client.Limits.MaxMessageBytes = ByteSizeText.Parse(text)),
        new("server_tls_cert", "file", "certificate of the server, PEM or PKCS #12: its port speaks TLS", static (target, text) =>
            TlsSettings.Server(target).UseFile(text)),
        new("server_tls_key", "file", "key of the server's certificate, PEM; without it the key is in the certificate's file", static (target, text) =>
            TlsSettings.Server(target).KeyFile = text),
        new("server_tls_key_password", "text", "password of the server's key", static (target, text) =>
            TlsSettings.Server(target).KeyPassword = text) { HasFlag = false },
        new("server_tls_client_ca", "file", "authorities of clients' certificates, PEM: clients have to show one", static (target, text) =>
            TlsSettings.Server(target).CaFile = text),
        new("server_tls_client_cert", "name", "whether clients show a certificate: none, request or require", static (target, text) =>
            TlsSettings.Server(target).ClientCertificate = TlsSettings.Requirement(text)),
        new("client_tls_ca", "file", "authorities of servers' certificates in place of the system's, PEM; nodes are called with TLS", static (target, text) =>
            TlsSettings.Client(target).CaFile = text),
        new("client_tls_cert", "file", "certificate of the client, PEM or PKCS #12; nodes are called with TLS", static (target, text) =>
            TlsSettings.Client(target).UseFile(text)),
        new("client_tls_key", "file", "key of the client's certificate, PEM", static (target, text) => TlsSettings.Client(target).KeyFile = text),
        new("client_tls_key_password", "text", "password of the client's key", static (target, text) =>
            TlsSettings.Client(target).KeyPassword = text) { HasFlag = false },
        new("client_tls_server_name", "name", "name that servers' certificates must carry, in place of the node's host", static (target, text) =>
            TlsSettings.Client(target).ServerName = text),
        new("client_tls", "true|false", "call nodes with TLS; false switches it off whatever else is set", static (target, text) =>
            target.Client.Tls = Flag(text) ? TlsSettings.Client(target) : null),
        // The last one wins, as in go-micro.
        new("network", "name", "service that all calls go to, which passes them on; 'service' for go.micro.network", static (target, text) =>
            target.Client.ProxyService = text is "service" ? "go.micro.network" : text) { HasFlag = false },
        new("network_address", "host:port", "address that all calls go to", static (target, text) => target.Client.ProxyAddress = text) { HasFlag = false },
        new("proxy", "name or host:port", "service or address that all calls go to, which passes them on; 'service' for go.micro.proxy", static (target, text) =>
            (target.Client.ProxyService, target.Client.ProxyAddress) = text.Contains(':', StringComparison.Ordinal) ? (null, text) : (text is "service" ? "go.micro.proxy" : text, (string?)null)) { HasFlag = false },

        // Says how TLS is made, not that it is, so after all that does.
        new("tls_insecure", "true|false", "accept any server certificate: for experiments only", static (target, text) =>
            TlsSettings.SkipVerification(target, Flag(text))) { HasFlag = false },
        new("log_level", "name", "trace, debug, info, warn, error or fatal", static (target, text) => target.LogLevel = Level(text)) { HasFlag = false },
    ];

    private static TimeSpan Duration(string text, bool wholeSeconds = false)
    {
        if (DurationText.TryParse(text, wholeSeconds, out var value))
        {
            return value;
        }

        var seconds = wholeSeconds ? "whole seconds or " : "";
        throw new FormatException(
            text.StartsWith('-') ? $"duration '{text}' must not be negative"
            : text.Contains(':', StringComparison.Ordinal) ? $"'{text}' is not a duration: write hours, minutes and seconds, 10:20:00, or units, 10h20m"
            : $"'{text}' is not a duration: write {seconds}500ms, 10s, 1m30s or 00:00:10");
    }

    private static TimeSpan PositiveDuration(string text) =>
        Duration(text) is var value && value > TimeSpan.Zero ? value : throw new FormatException($"duration '{text}' must be longer than zero");

    private static TimeSpan CacheTtl(string text)
    {
        var value = Duration(text);
        return value == TimeSpan.Zero || (value >= TimeSpan.FromMilliseconds(100) && value <= TimeSpan.FromDays(1))
            ? value
            : throw new FormatException($"selector cache TTL '{text}' must be 0 or 100ms to 24h");
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= 0
            ? value
            : throw new FormatException(text.StartsWith('-') ? $"number '{text}' must not be negative" : $"'{text}' is no whole number");

    private static bool Flag(string text) =>
        bool.TryParse(text, out var value) ? value : throw new FormatException($"'{text}' must be true or false");

    private static void Replace(IList<string> values, IEnumerable<string> by)
    {
        values.Clear();
        foreach (var value in by)
        {
            values.Add(value);
        }
    }

    private static void AddMetadata(IDictionary<string, string> metadata, IEnumerable<string> pairs)
    {
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new FormatException($"metadata '{pair}' must be key=value");
            }

            metadata[pair[..equals].Trim()] = pair[(equals + 1)..];
        }
    }

    private static LogLevel Level(string text) => KnownNames.Get("log level", text, KnownNames.LogLevels) switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" => LogLevel.Critical,
        _ => LogLevel.Information,
    };
}
