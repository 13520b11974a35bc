using Micro.Basics;

namespace Micro.Settings;

/// <summary>Describes what became of each setting, and which source gave it.</summary>
internal static class EffectiveSettings
{
    private static readonly Lazy<Dictionary<string, string?>> Defaults = new(static () => Read(new SettingTarget(new(), new(), new(), [])));

    /// <summary>Returns the value of each setting by its name.</summary>
    public static Dictionary<string, string?> Read(SettingTarget target) =>
        SettingsTable.All.ToDictionary(static setting => setting.Name, setting => setting.Read(target), StringComparer.Ordinal);

    /// <summary>Returns the values that count now, and where each came from.</summary>
    /// <param name="code">Values as code left them.</param>
    /// <param name="target">The values that count, where those from outside came from, and what components decided themselves.</param>
    public static IEnumerable<EffectiveSetting> Describe(IReadOnlyDictionary<string, string?> code, SettingTarget target) =>
        SettingsTable.All.Select(setting => Describe(setting.Name, code[setting.Name], setting.Read(target), target));

    /// <summary>One line per setting, in columns.</summary>
    public static string Format(IReadOnlyList<EffectiveSetting> settings)
    {
        var names = settings.Max(static setting => setting.Name.Length);
        var values = Math.Min(40, settings.Max(static setting => setting.Value?.Length ?? 0));
        return string.Join('\n', settings.Select(setting => $"{setting.Name.PadRight(names)}  {(setting.Value ?? "-").PadRight(values)}  {setting.Source}"));
    }

    private static EffectiveSetting Describe(string name, string? code, string? now, SettingTarget target)
    {
        if (now is null && target.Decisions.TryGetValue(name, out var decision))
        {
            return new EffectiveSetting(name, SecretText.WithoutSecrets(decision.Value), decision.Source);
        }

        // A generated id is as good as none.
        var isDefault = name is "server_id" ? !target.Server.HasId : string.Equals(Defaults.Value[name], code, StringComparison.Ordinal);
        return new EffectiveSetting(
            name,
            now is null ? null : SecretText.WithoutSecrets(now),
            target.Origins.TryGetValue(name, out var origin) ? origin : isDefault ? "default" : "code");
    }
}
