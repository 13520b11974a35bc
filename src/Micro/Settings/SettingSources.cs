using System.Globalization;
using Micro.Basics;
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
        // A host adds its command line to several configurations: a mistake in it is one mistake.
        var mistyped = sources.Where(static source => source.Rank == SourceRank.CommandLine).SelectMany(source => MistypedFlags(source, options));
        foreach (var problem in UnknownKeys.Find(sources, options.ServiceKeys).Concat(mistyped).Distinct(StringComparer.Ordinal))
        {
            problems.Add(problem);
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

    /// <summary>
    /// Finds flags that look like settings. A host has flags of its own: those that do not look so, and those that the application
    /// declares, are its own.
    /// </summary>
    private static IEnumerable<string> MistypedFlags(SettingSource source, MicroServiceOptions options)
    {
        if (options.IgnoresUnknownFlags)
        {
            yield break;
        }

        var known = SettingsTable.All.Where(static setting => setting.HasFlag).Select(static setting => setting.Name).ToList();
        var declared = known.Concat(options.UserFlags.Select(static flag => flag.Name.TrimStart('-'))).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in source.Values.GetChildren())
        {
            if (entry.Value is not null && !declared.Contains(entry.Key) && NearestName.Find(entry.Key, known) is { } nearest)
            {
                yield return $"unknown flag '--{entry.Key}': did you mean '--{nearest}'? (a flag of the application needs IgnoreUnknownFlags())";
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
        if (section.Value is { } text)
        {
            return new GivenValue(setting, text, source.Spell(key), source.Rank);
        }

        string[] members = [.. section.GetChildren().SelectMany(child => Members(setting, child)).Where(static member => member.Length > 0)];
        return new GivenValue(setting, string.Join(',', members), source.Spell(key), source.Rank) { Members = setting.IsText ? null : members };
    }

    /// <summary>Returns an entry of a list or a section as text: <c>value</c> or <c>key=value</c>, with the other values of a key behind it.</summary>
    private static string[] Members(Setting setting, IConfigurationSection child)
    {
        string[] values = child.Value is { } text ? [text] : [.. child.GetChildren().Select(static inner => inner.Value ?? "")];
        return setting.HasKeys && !int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? values.Length == 0 ? [child.Key + "="] : [$"{child.Key}={values[0]}", .. values.Skip(1)]
            : values;
    }
}
