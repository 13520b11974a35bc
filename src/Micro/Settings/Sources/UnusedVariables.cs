using System.Collections;

namespace Micro.Settings.Sources;

/// <summary>
/// Finds <c>MICRO_*</c> variables that no setting reads. A fleet sets them for all its processes, and a process that ignores them
/// in silence does something else than the others.
/// </summary>
internal static class UnusedVariables
{
    private const string Prefix = "MICRO_";
    private const int MaxNamed = 20;

    /// <summary>Returns the names, sorted. An empty variable counts as not set.</summary>
    public static IReadOnlyList<string> Find(MicroServiceOptions options)
    {
        if (options.IgnoresEnvironment)
        {
            return [];
        }

        // MICRO__REGISTERTTL is a key of the section Micro where a configuration reads variables, and checked as such.
        var readsKeys = options.Configurations.SelectMany(ConfigurationParts.Of).Any(static source => source.Rank == SourceRank.Environment);
        return
        [
            .. Variables(options)
                .Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !IsRead(name, readsKeys))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Returns one line for the log. Values may be secrets and are left out.</summary>
    public static string Describe(IReadOnlyList<string> names)
    {
        var more = names.Count > MaxNamed ? $" and {names.Count - MaxNamed} more" : "";
        return $"{string.Join(", ", names.Take(MaxNamed))}{more}: no setting has such a variable; --help lists those that exist";
    }

    /// <summary>Returns a line of <c>--settings</c>.</summary>
    public static EffectiveSetting Describe(string name) => new(name, null, "no effect: no setting has this variable");

    private static IEnumerable<string> Variables(MicroServiceOptions options) =>
        options.EnvironmentValues is { } given
            ? given.Where(static pair => !string.IsNullOrEmpty(pair.Value)).Select(static pair => pair.Key)
            : Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .Where(static entry => entry.Value is string { Length: > 0 })
                .Select(static entry => (string)entry.Key);

    private static bool IsRead(string name, bool readsKeys) =>
        (readsKeys && name.StartsWith(SettingSources.Section + "__", StringComparison.OrdinalIgnoreCase))
        || SettingsTable.All.Any(setting => string.Equals(setting.EnvironmentVariable, name, StringComparison.OrdinalIgnoreCase));
}
