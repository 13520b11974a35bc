using Micro.Basics;
using Microsoft.Extensions.Configuration;

namespace Micro.Settings.Sources;

/// <summary>Finds keys below <c>Micro</c> that nobody reads: a mistyped setting must not be a silent default.</summary>
internal static class UnknownKeys
{
    private const int MaxReported = 20;

    /// <param name="sources">Where to look.</param>
    /// <param name="serviceKeys">Keys of the services of this process; below each of them settings may stand again.</param>
    public static IEnumerable<string> Find(IEnumerable<SettingSource> sources, IReadOnlyCollection<string> serviceKeys) =>
        sources.SelectMany(source => Find(source, serviceKeys)).Take(MaxReported);

    private static IEnumerable<string> Find(SettingSource source, IReadOnlyCollection<string> serviceKeys)
    {
        var section = source.Values.GetSection(SettingSources.Section);
        if (section.Value is { Length: > 0 } && source.Rank != SourceRank.Environment)
        {
            yield return NoSection(source, section);
        }

        foreach (var entry in section.GetChildren())
        {
            if (serviceKeys.Contains(entry.Key, StringComparer.OrdinalIgnoreCase))
            {
                if (entry.Value is { Length: > 0 })
                {
                    yield return NoSection(source, entry);
                }

                foreach (var inner in entry.GetChildren().Where(static inner => !IsKnown(inner.Key)))
                {
                    yield return Describe(source, inner, []);
                }
            }
            else if (!IsKnown(entry.Key))
            {
                yield return Describe(source, entry, serviceKeys);
            }
        }
    }

    private static string NoSection(SettingSource source, IConfigurationSection entry) =>
        $"'{source.Spell(entry.Path)}' is the text '{entry.Value}': must be a section of settings";

    private static bool IsKnown(string key) =>
        SettingsTable.All.Any(setting => string.Equals(setting.ConfigurationKey, key, StringComparison.OrdinalIgnoreCase));

    private static string Describe(SettingSource source, IConfigurationSection entry, IEnumerable<string> serviceKeys)
    {
        var known = SettingsTable.All.Select(static setting => setting.ConfigurationKey).Concat(serviceKeys);
        var parent = entry.Path[..^entry.Key.Length];
        var hint = NearestName.Find(entry.Key, known) is { } nearest ? $"did you mean '{parent}{nearest}'?" : "docs/configuration.md lists the known ones";
        return $"unknown key '{source.Spell(entry.Path)}': {hint}";
    }
}
