using System.Globalization;

namespace Micro.Settings;

/// <summary>
/// One thing that can be set from outside. Flag, variable and configuration key all follow from its name:
/// <c>register_ttl</c>, <c>MICRO_REGISTER_TTL</c>, <c>Micro:RegisterTtl</c>.
/// </summary>
/// <param name="Name">Name of the flag, without dashes.</param>
/// <param name="Hint">What the value looks like, for the help text.</param>
/// <param name="Help">What it does, for the help text.</param>
/// <param name="Apply">Reads and applies a value; throws <see cref="FormatException"/> when it is wrong.</param>
internal sealed record Setting(string Name, string Hint, string Help, Action<SettingTarget, string> Apply)
{
    public string Flag => $"--{Name}";

    public string EnvironmentVariable => $"MICRO_{Name.ToUpperInvariant()}";

    public string ConfigurationKey =>
        string.Concat(Name.Split('_').Select(static part => char.ToUpper(part[0], CultureInfo.InvariantCulture) + part[1..]));

    /// <summary>Applies the members of a list; <see langword="null"/> for a setting of a single value.</summary>
    public Action<SettingTarget, IReadOnlyList<string>>? ApplyMembers { get; private init; }

    /// <summary>Creates a setting of several values, which text separates by commas.</summary>
    public static Setting List(string name, string hint, string help, Action<SettingTarget, IReadOnlyList<string>> apply) =>
        new(name, hint, help, (target, text) => apply(target, Split(text))) { ApplyMembers = apply };

    /// <summary>Whether values of all sources are applied, weakest first, instead of the strongest alone.</summary>
    public bool Merges { get; init; }

    /// <summary>Whether a configuration section gives <c>key=value</c> pairs.</summary>
    public bool HasKeys { get; init; }

    /// <summary><see langword="true"/> if a configuration's list means its members with commas between.</summary>
    public bool IsText { get; init; }

    /// <summary>Whether there is a flag; otherwise only variable and configuration key.</summary>
    public bool HasFlag { get; init; } = true;

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
