using Micro.Settings.Sources;
using Microsoft.Extensions.Configuration;

namespace Micro.Settings;

/// <summary>Collects what was explicitly given, weakest source first: configuration, environment, flags. Empty is not given.</summary>
internal static class SettingSources
{
    public const string Section = "Micro";

    /// <summary>
    /// What makes one service differ from another. With several services in a process such a value counts only for the one
    /// it names, or all of them would listen on one address under one name.
    /// </summary>
    private static readonly string[] OfOneService = ["server_name", "server_version", "server_id", "server_address", "server_advertise"];

    /// <param name="options">The configurations to read, and the environment.</param>
    /// <param name="flags">What the command line says.</param>
    /// <param name="problems">Gets the keys that nobody knows.</param>
    /// <param name="warnings">Gets what was given but does not count.</param>
    public static IReadOnlyList<GivenValue> Collect(
        MicroServiceOptions options, IReadOnlyList<GivenValue> flags, ICollection<string> problems, ICollection<string> warnings)
    {
        var sources = options.Configurations.SelectMany(ConfigurationParts.Of)
            .Where(source => source.Rank != SourceRank.Environment || !options.IgnoresEnvironment)
            .ToList();
        foreach (var problem in UnknownKeys.Find(sources, options.ServiceKeys))
        {
            problems.Add(problem);
        }

        foreach (var warning in sources.Where(static source => source.Rank == SourceRank.CommandLine).SelectMany(MistypedFlags))
        {
            warnings.Add(warning);
        }

        var environment = ReadEnvironment(options);
        var given = new List<GivenValue>();
        foreach (var setting in SettingsTable.All)
        {
            var shared = Shared(setting, sources, environment, flags).Where(static value => value.Value.Length > 0);
            var own = sources.Select(source => FromConfiguration(setting, source, options.ServiceKey is { } key ? $"{Section}:{key}" : null));
            if (options.ServiceKey is not null && OfOneService.Contains(setting.Name, StringComparer.Ordinal))
            {
                foreach (var ignored in shared)
                {
                    warnings.Add($"{setting.Name} from {ignored.Origin} is not for service '{options.ServiceKey}': give {Section}:{options.ServiceKey}:{setting.ConfigurationKey}");
                }

                shared = [];
            }

            var values = shared.Concat(own.OfType<GivenValue>()).Where(static value => value.Value.Length > 0)
                .OrderBy(static value => value.Rank) // stable: of the same rank the later counts
                .ToList();
            given.AddRange(setting.Merges ? values : values.TakeLast(1));
        }

        return given;
    }

    /// <summary>A host has flags of its own, so that one that only looks like ours is worth a warning, not an error.</summary>
    private static IEnumerable<string> MistypedFlags(SettingSource source)
    {
        var known = SettingsTable.All.Where(static setting => setting.HasFlag).Select(static setting => setting.Name).ToList();
        foreach (var entry in source.Values.GetChildren())
        {
            if (entry.Value is not null && !known.Contains(entry.Key, StringComparer.OrdinalIgnoreCase) && NearestName.Find(entry.Key, known) is { } nearest)
            {
                yield return $"flag '--{entry.Key}' is none of ours: did you mean '--{nearest}'?";
            }
        }
    }

    private static IEnumerable<GivenValue> Shared(
        Setting setting, List<SettingSource> sources, IConfiguration? environment, IReadOnlyList<GivenValue> flags) =>
        sources.Select(source => FromConfiguration(setting, source, Section))
            .Append(FromEnvironment(setting, environment))
            .Concat(sources.Where(static source => source.Rank == SourceRank.CommandLine).Select(source => FromCommandLine(setting, source)))
            .Concat(flags.Where(flag => flag.Setting == setting))
            .OfType<GivenValue>();

    private static IConfiguration? ReadEnvironment(MicroServiceOptions options) =>
        options.IgnoresEnvironment ? null
        : options.EnvironmentValues is { } values ? new ConfigurationBuilder().AddInMemoryCollection(values).Build()
        : new ConfigurationBuilder().AddEnvironmentVariables().Build();

    private static GivenValue? FromEnvironment(Setting setting, IConfiguration? environment) =>
        environment?[setting.EnvironmentVariable] is { } value
            ? new GivenValue(setting, value, setting.EnvironmentVariable, SourceRank.Environment)
            : null;

    /// <summary>A flag on the command line of a host, which reads <c>--name value</c> into its configuration.</summary>
    private static GivenValue? FromCommandLine(Setting setting, SettingSource source) =>
        setting.HasFlag && source.Values[setting.Name] is { } value
            ? new GivenValue(setting, value, setting.Flag, SourceRank.CommandLine)
            : null;

    /// <summary>A value is text, or a list, or for some a section of keys whose values are text or lists.</summary>
    private static GivenValue? FromConfiguration(Setting setting, SettingSource source, string? parent)
    {
        if (parent is null)
        {
            return null;
        }

        var key = $"{parent}:{setting.ConfigurationKey}";
        var section = source.Values.GetSection(key);
        var text = section.Value ?? string.Join(
            ',',
            section.GetChildren().Select(child => setting.HasKeys && !int.TryParse(child.Key, out _) ? $"{child.Key}={Text(child)}" : child.Value));
        return new GivenValue(setting, text, source.Spell(key), source.Rank);
    }

    private static string Text(IConfigurationSection section) =>
        section.Value ?? string.Join(',', section.GetChildren().Select(static child => child.Value));
}
