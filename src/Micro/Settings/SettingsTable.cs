using Micro.Client;
using Micro.Selection;
using Micro.Wiring;

namespace Micro.Settings;

/// <summary>Everything that can be set from outside, in the order of application: how it is applied, and how it is read back. The only such list.</summary>
internal static class SettingsTable
{
    public static readonly IReadOnlyList<Setting> All =
    [
        // The preset first: single client settings refine it.
        new("client_defaults", "name", "behave like a version of go-micro: upstream or classic", static (target, text) =>
            target.Client.Apply(KnownNames.Get("client defaults", text, KnownNames.ClientPresets) is "classic" ? ClientDefaults.Classic : ClientDefaults.Upstream),
            static _ => null),
        new("client", "name", "protocol of calls, mucp or grpc, where the node speaks it; without it the one the node names", static (target, text) =>
            target.Client.Protocol = KnownNames.Get("client", text, KnownNames.Clients) is "grpc" ? "grpc" : "mucp", static target => target.Client.Protocol),
        new("server", "name", "protocol that the registry names, mucp or grpc; the port speaks both", static (target, text) =>
            target.Server.Protocol = KnownNames.Get("server", text, KnownNames.Servers) is "grpc" ? "grpc" : "mucp", static target => target.Server.Protocol),
        new("transport", "name", "transport: http", static (_, text) => KnownNames.Get("transport", text, KnownNames.Transports), static _ => "http"),
        new("registry", "name", "registry: mdns, consul, etcd or memory; several, like consul,etcd, are used as one", static (target, text) =>
            target.Registry = string.Join(',', RegistryNames.Parse(text, target.RegistryNames)),
            static target => target.Registry ?? target.Options.RegistryValue?.Name ?? target.Options.RegistryNamesValue ?? target.Options.RegistryName ?? RegistryTable.Default) { IsText = true },
        Setting.List(
            "registry_address",
            "list",
            "addresses of the registry, host[:port]; of several consul=host,etcd=host,host; with mdns the network interfaces, by address or name",
            static (target, members) => target.RegistryAddresses = members,
            static target => target.RegistryAddresses) with { HasKeys = true },
        new("registry_timeout", "duration", "longest time of one registry request", static (target, text) =>
            target.RegistryTimeout = SettingText.PositiveDuration(text), static target => DurationText.Format(target.RegistryTimeout)),
        new("selector", "name", "how nodes are chosen: registry, random or roundrobin", static (target, text) =>
            target.Selector = KnownNames.Get("selector", text, SelectorStrategies.Names),
            static target => target.Selector ?? target.Options.SelectorValue?.Name ?? target.Options.StrategyValue?.Name ?? "registry"),
        new("selector_cache_ttl", "duration", "how long an answer of the registry counts as fresh", static (target, text) =>
            target.SelectorCacheTtl = SettingText.CacheTtl(text), static target => DurationText.Format(target.SelectorCacheTtl)),
        Setting.List("server_metadata", "key=value", "label of the node in the registry; repeatable, comma-separated", static (target, members) =>
            SettingText.AddPairs(target.Server.Metadata, members), static target => SettingText.Pairs(target.Server.Metadata)) with { Merges = true, HasKeys = true },
        new("server_name", "name", "name of the service", static (target, text) => target.Server.Name = text, static target => target.Server.Name),
        new("server_version", "text", "version of the service", static (target, text) => target.Server.Version = text, static target => target.Server.Version),
        new("server_id", "text", "id of this instance", static (target, text) => target.Server.Id = text, static target => target.Server.Id),
        new("server_address", "host:port", "where to listen", static (target, text) => target.Server.Address = text, static target => target.Server.Address),
        new("server_advertise", "host:port", "address to register in place of the one listened on", static (target, text) =>
            target.Server.Advertise = text, static target => target.Server.Advertise),
        Setting.Duration("server_drain_delay", "time between deregistering and closing at stop", static (target, value) =>
            target.Server.DrainDelay = value, static target => target.Server.DrainDelay),
        Setting.Duration("server_stream_drain_timeout", "time that open streams get to end by themselves at stop", static (target, value) =>
            target.Server.StreamDrainTimeout = value, static target => target.Server.StreamDrainTimeout),
        Setting.List("server_allowed_origins", "list", "web pages that may send requests, as scheme://host; all others are refused", static (target, members) =>
            SettingText.Replace(target.Server.AllowedOrigins, members), static target => target.Server.AllowedOrigins),
        Setting.List("server_allowed_hosts", "list", "hosts that requests may be sent to; all when empty", static (target, members) =>
            SettingText.Replace(target.Server.AllowedHosts, members), static target => target.Server.AllowedHosts),
        Setting.Switch("server_debug", "whether the Debug handler and gRPC reflection are served", static (target, value) =>
            target.Server.DebugHandler = target.Server.GrpcReflection = value, static target => target.Server.DebugHandler || target.Server.GrpcReflection),
        new("auth_public_key", "text", "public key that verifies callers' tokens, PEM in base64; needs Authenticate of Micro.Authentication", static (target, text) =>
            target.Server.AuthPublicKey = text, static target => target.Server.AuthPublicKey),
        Setting.Duration("server_shutdown_timeout", "longest time that running calls get at stop", static (target, value) =>
            target.Server.ShutdownTimeout = value, static target => target.Server.ShutdownTimeout),
        Setting.Size("server_max_message_size", "largest message that the server takes or sends, such as 16MiB", static (target, value) =>
            target.Server.Limits.MaxMessageBytes = value, static target => target.Server.Limits.MaxMessageBytes),
        Setting.Duration("register_ttl", "lifetime of the registration without renewal; 0 for ever", static (target, value) =>
            target.Server.RegisterTtl = value, static target => target.Server.RegisterTtl, wholeSeconds: true),
        Setting.Duration("register_interval", "time between renewals; 0 for none", static (target, value) =>
            target.Server.RegisterInterval = value, static target => target.Server.RegisterInterval, wholeSeconds: true),
        Setting.Duration("client_request_timeout", "limit of a whole call with all attempts", static (target, value) =>
            target.Client.RequestTimeout = value, static target => target.Client.RequestTimeout),
        Setting.Number("client_retries", "attempts of a call after the first", static (target, value) =>
            target.Client.Retries = value, static target => target.Client.Retries),
        Setting.Number("client_pool_size", "idle connections kept per address", static (target, value) =>
            target.Client.PoolSize = value, static target => target.Client.PoolSize),
        Setting.Duration("client_pool_ttl", "age after which an idle connection is closed", static (target, value) =>
            target.Client.PoolTtl = value, static target => target.Client.PoolTtl),
        Setting.Duration("client_pool_close_timeout", "how long closing a connection may take", static (target, value) =>
            target.Client.PoolCloseTimeout = value, static target => target.Client.PoolCloseTimeout),
        Setting.Size("client_max_message_size", "largest message that the client sends or takes, such as 16MiB", static (target, value) =>
            target.Client.Limits.MaxMessageBytes = value, static target => target.Client.Limits.MaxMessageBytes),
        TlsSettings.Server("server_tls_cert", "file", "certificate of the server, PEM or PKCS #12: its port speaks TLS", static (tls, text) =>
            tls.UseFile(text), static tls => tls.CertificateFile),
        TlsSettings.Server("server_tls_key", "file", "key of the server's certificate, PEM; without it the key is in the certificate's file", static (tls, text) =>
            tls.KeyFile = text, static tls => tls.KeyFile),
        TlsSettings.Server("server_tls_key_password", "text", "password of the server's key", static (tls, text) =>
            tls.KeyPassword = text, static tls => TlsSettings.Hide(tls.KeyPassword)) with { HasFlag = false },
        TlsSettings.Server("server_tls_client_ca", "file", "authorities of clients' certificates, PEM: clients have to show one", static (tls, text) =>
            tls.CaFile = text, static tls => tls.CaFile),
        TlsSettings.Server("server_tls_client_cert", "name", "whether clients show a certificate: none, request or require", static (tls, text) =>
            tls.ClientCertificate = TlsSettings.Requirement(text), static tls => TlsSettings.Text(tls.Requirement)),
        TlsSettings.Client("client_tls_ca", "file", "authorities of servers' certificates in place of the system's, PEM; nodes are called with TLS", static (tls, text) =>
            tls.CaFile = text, static tls => tls.CaFile),
        TlsSettings.Client("client_tls_cert", "file", "certificate of the client, PEM or PKCS #12; nodes are called with TLS", static (tls, text) =>
            tls.UseFile(text), static tls => tls.CertificateFile),
        TlsSettings.Client("client_tls_key", "file", "key of the client's certificate, PEM", static (tls, text) => tls.KeyFile = text, static tls => tls.KeyFile),
        TlsSettings.Client("client_tls_key_password", "text", "password of the client's key", static (tls, text) =>
            tls.KeyPassword = text, static tls => TlsSettings.Hide(tls.KeyPassword)) with { HasFlag = false },
        TlsSettings.Client("client_tls_server_name", "name", "name that servers' certificates must carry, in place of the node's host", static (tls, text) =>
            tls.ServerName = text, static tls => tls.ServerName),
        Setting.Switch("client_tls", "call nodes with TLS; false switches it off whatever else is set", static (target, value) =>
            target.Client.Tls = value ? TlsSettings.Client(target) : null, static target => target.Client.Tls is not null),
        // The last one wins, as in go-micro.
        new("network", "name", "service that all calls go to, which passes them on; 'service' for go.micro.network", static (target, text) =>
            target.Client.ProxyService = text is "service" ? "go.micro.network" : text, static target => target.Client.ProxyService) { HasFlag = false },
        new("network_address", "host:port", "address that all calls go to", static (target, text) =>
            target.Client.ProxyAddress = text, static target => target.Client.ProxyAddress) { HasFlag = false },
        new("proxy", "name or host:port", "service or address that all calls go to, which passes them on; 'service' for go.micro.proxy", static (target, text) =>
            (target.Client.ProxyService, target.Client.ProxyAddress) = text.Contains(':', StringComparison.Ordinal) ? (null, text) : (text is "service" ? "go.micro.proxy" : text, (string?)null),
            static target => target.Client.ProxyAddress ?? target.Client.ProxyService) { HasFlag = false },

        // Changes TLS settings without enabling TLS, so it is applied after the settings that do.
        Setting.Switch("tls_insecure", "accept any server certificate: for experiments only", static (target, value) =>
            TlsSettings.SkipVerification(target, value), static target => target.Client.Tls is { SkipVerification: true }) with { HasFlag = false },
        new("log_level", "name", "trace, debug, info, warn, error or fatal", static (target, text) =>
            target.LogLevel = LogLevelText.Parse(text), static target => target.LogLevel is { } level ? LogLevelText.Format(level) : null) { HasFlag = false },
    ];
}
