using System.Globalization;
using Micro.Basics;
using Micro.Server;
using Micro.Wiring;
using Microsoft.Extensions.Logging;

namespace Micro.Settings;

/// <summary>Reads back what became of each setting, in the notation in which it is given.</summary>
internal static class EffectiveValues
{
    /// <summary>Settings that are <see langword="null"/> until somebody gives them.</summary>
    public static readonly string[] WithoutDefault =
        ["client", "client_defaults", "registry_address", "server_advertise", "server_metadata", "server_allowed_origins", "server_allowed_hosts", "auth_public_key", "network", "network_address", "proxy", .. TlsSettings.WithoutDefault];

    public static Dictionary<string, string?> ReadAll(MicroServiceOptions options, SettingTarget target) =>
        SettingsTable.All.ToDictionary(static setting => setting.Name, setting => Read(setting.Name, options, target), StringComparer.Ordinal);

    /// <summary>What counts now, and where it came from.</summary>
    /// <param name="defaults">Values when nobody says anything.</param>
    /// <param name="code">Values as code left them.</param>
    /// <param name="now">Values that count.</param>
    /// <param name="target">Where values from outside came from, and what components decided themselves.</param>
    public static IReadOnlyList<EffectiveSetting> Describe(
        Dictionary<string, string?> defaults, Dictionary<string, string?> code, Dictionary<string, string?> now, SettingTarget target) =>
        [.. SettingsTable.All.Select(setting => Describe(setting.Name, defaults, code, now[setting.Name], target))];

    /// <summary>One line per setting, in columns.</summary>
    public static string Format(IReadOnlyList<EffectiveSetting> settings)
    {
        var names = settings.Max(static setting => setting.Name.Length);
        var values = Math.Min(40, settings.Max(static setting => setting.Value?.Length ?? 0));
        return string.Join('\n', settings.Select(setting => $"{setting.Name.PadRight(names)}  {(setting.Value ?? "-").PadRight(values)}  {setting.Source}"));
    }

    private static EffectiveSetting Describe(
        string name, Dictionary<string, string?> defaults, Dictionary<string, string?> code, string? now, SettingTarget target)
    {
        if (now is null && target.Decisions.TryGetValue(name, out var decision))
        {
            return new EffectiveSetting(name, SecretText.WithoutSecrets(decision.Value), decision.Source);
        }

        // A generated id is as good as none.
        var isDefault = name is "server_id" ? !target.Server.HasId : string.Equals(defaults[name], code[name], StringComparison.Ordinal);
        return new EffectiveSetting(
            name,
            now is null ? null : SecretText.WithoutSecrets(now),
            target.Origins.TryGetValue(name, out var origin) ? origin : isDefault ? "default" : "code");
    }

    private static string? Read(string name, MicroServiceOptions options, SettingTarget target) => name switch
    {
        "server" => target.Server.Protocol,
        "client" => target.Client.Protocol,
        "transport" => "http",
        "registry" => target.Registry ?? options.RegistryValue?.Name ?? options.RegistryNamesValue ?? options.RegistryName ?? RegistryTable.Default,
        "registry_address" => Join(target.RegistryAddresses),
        "registry_timeout" => Text(target.RegistryTimeout),
        "selector" => target.Selector ?? options.SelectorValue?.Name ?? options.StrategyValue?.Name ?? "registry",
        "selector_cache_ttl" => Text(target.SelectorCacheTtl),
        "network" => target.Client.ProxyService,
        "network_address" => target.Client.ProxyAddress,
        "proxy" => target.Client.ProxyAddress ?? target.Client.ProxyService,
        "log_level" => target.LogLevel is { } level ? Text(level) : null,
        "tls_insecure" => TlsSettings.Read(name, target.Client.Tls),
        _ when name.StartsWith("client_tls", StringComparison.Ordinal) => TlsSettings.Read(name, target.Client.Tls),
        _ when name.StartsWith("server_tls", StringComparison.Ordinal) => TlsSettings.Read(name, target.Server.Tls),
        _ when name.StartsWith("client_", StringComparison.Ordinal) => Read(name, target.Client),
        _ => Read(name, target.Server),
    };

    private static string? Read(string name, Client.ClientOptions client) => name switch
    {
        "client_request_timeout" => Text(client.RequestTimeout),
        "client_retries" => Text(client.Retries),
        "client_pool_size" => Text(client.PoolSize),
        "client_pool_ttl" => Text(client.PoolTtl),
        "client_pool_close_timeout" => Text(client.PoolCloseTimeout),
        "client_max_message_size" => ByteSizeText.Format(client.Limits.MaxMessageBytes),
        _ => null,
    };

    private static string? Read(string name, ServerOptions server) => name switch
    {
        "server_metadata" => Join(server.Metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key}={pair.Value}")),
        "server_name" => server.Name,
        "server_version" => server.Version,
        "server_id" => server.Id,
        "server_address" => server.Address,
        "server_advertise" => server.Advertise,
        "server_drain_delay" => Text(server.DrainDelay),
        "server_stream_drain_timeout" => Text(server.StreamDrainTimeout),
        "server_allowed_origins" => Join(server.AllowedOrigins),
        "server_allowed_hosts" => Join(server.AllowedHosts),
        "server_debug" => server.DebugHandler || server.GrpcReflection ? "true" : "false",
        "auth_public_key" => server.AuthPublicKey,
        "server_shutdown_timeout" => Text(server.ShutdownTimeout),
        "server_max_message_size" => ByteSizeText.Format(server.Limits.MaxMessageBytes),
        "register_ttl" => Text(server.RegisterTtl),
        "register_interval" => Text(server.RegisterInterval),
        _ => null,
    };

    private static string? Join(IEnumerable<string> values) => string.Join(',', values) is { Length: > 0 } text ? text : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Text(LogLevel level) => level switch
    {
        LogLevel.Warning => "warn",
        LogLevel.Critical => "fatal",
        LogLevel.Information => "info",
        _ => level.ToString().ToLowerInvariant(),
    };

    /// <summary>Returns a duration in the notation of flags; <see langword="null"/> when there is none.</summary>
    public static string? Text(TimeSpan? duration) => duration switch
    {
        null => null,
        { } value when value.Ticks % TimeSpan.TicksPerSecond == 0 => FormattableString.Invariant($"{(long)value.TotalSeconds}s"),
        { } value => value.TotalMilliseconds.ToString("0.######", CultureInfo.InvariantCulture) + "ms",
    };
}
