using Micro.Client;
using Micro.Server;
using Microsoft.Extensions.Logging;

namespace Micro.Settings;

/// <summary>Where settings are applied: the options of the service and of both components, and what the wiring needs.</summary>
internal sealed class SettingTarget(MicroServiceOptions options, ServerOptions server, ClientOptions client, IReadOnlyCollection<string> registryNames)
{
    public MicroServiceOptions Options { get; } = options;

    public ServerOptions Server { get; } = server;

    public ClientOptions Client { get; } = client;

    public IReadOnlyCollection<string> RegistryNames { get; } = registryNames;

    /// <summary>The registries chosen from outside, with commas between: the name of the registry made of them.</summary>
    public string? Registry { get; set; }

    /// <summary>As given: each with or without the name of its registry.</summary>
    public IReadOnlyList<string> RegistryAddresses { get; set; } = [];

    public TimeSpan? RegistryTimeout { get; set; }

    public string? Selector { get; set; }

    public TimeSpan? SelectorCacheTtl { get; set; }

    public LogLevel? LogLevel { get; set; }

    /// <summary>Gets the values that components chose by themselves, by setting, each with its source.</summary>
    public Dictionary<string, (string Value, string Source)> Decisions { get; } = new(StringComparer.Ordinal);

    /// <summary>Notes what a component decided itself.</summary>
    /// <param name="setting">Name of the setting.</param>
    /// <param name="value">The value in the notation of flags; <see langword="null"/> when there is none.</param>
    /// <param name="source"><c>code</c> or <c>default</c>.</param>
    public void Decide(string setting, string? value, string source)
    {
        if (value is not null)
        {
            Decisions[setting] = (value, source);
        }
    }

    /// <summary>Where each applied setting came from, by its name.</summary>
    public Dictionary<string, string> Origins { get; } = new(StringComparer.Ordinal);
}
