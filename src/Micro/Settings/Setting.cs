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
/// <param name="Read">
/// Returns the value that counts, in the notation in which it is given; <see langword="null"/> when nobody gave one and there is
/// no default. Never a password.
/// </param>
internal sealed record Setting(string Name, string Hint, string Help, Action<SettingTarget, string> Apply, Func<SettingTarget, string?> Read)
{
    public string Flag => $"--{Name}";

    public string EnvironmentVariable => $"MICRO_{Name.ToUpperInvariant()}";

    public string ConfigurationKey =>
        string.Concat(Name.Split('_').Select(static part => char.ToUpper(part[0], CultureInfo.InvariantCulture) + part[1..]));

    /// <summary>Applies the members of a list; <see langword="null"/> for a setting of a single value.</summary>
    public Action<SettingTarget, IReadOnlyList<string>>? ApplyMembers { get; private init; }

    /// <summary>Creates a setting of several values, which text separates by commas.</summary>
    public static Setting List(
        string name, string hint, string help, Action<SettingTarget, IReadOnlyList<string>> apply, Func<SettingTarget, IEnumerable<string>> read) =>
        new(name, hint, help, (target, text) => apply(target, Split(text)), target => string.Join(',', read(target)) is { Length: > 0 } text ? text : null)
        {
            ApplyMembers = apply,
        };

    /// <summary>Creates a setting of a duration, in which a bare number means seconds if <paramref name="wholeSeconds"/> is <see langword="true"/>.</summary>
    public static Setting Duration(
        string name, string help, Action<SettingTarget, TimeSpan> apply, Func<SettingTarget, TimeSpan?> read, bool wholeSeconds = false) =>
        new(
            name,
            wholeSeconds ? "seconds" : "duration",
            help,
            (target, text) => apply(target, DurationText.Parse(text, wholeSeconds)),
            target => DurationText.Format(read(target)));

    /// <summary>Creates a setting of a number from zero.</summary>
    public static Setting Number(string name, string help, Action<SettingTarget, int> apply, Func<SettingTarget, int> read) =>
        new(name, "number", help, (target, text) => apply(target, ParseNumber(text)), target => read(target).ToString(CultureInfo.InvariantCulture));

    /// <summary>Creates a setting of a number of bytes.</summary>
    public static Setting Size(string name, string help, Action<SettingTarget, int> apply, Func<SettingTarget, int> read) =>
        new(name, "size", help, (target, text) => apply(target, ByteSizeText.Parse(text)), target => ByteSizeText.Format(read(target)));

    /// <summary>Creates a setting that is on or off.</summary>
    public static Setting Switch(string name, string help, Action<SettingTarget, bool> apply, Func<SettingTarget, bool> read) =>
        new(
            name,
            "true|false",
            help,
            (target, text) => apply(target, bool.TryParse(text, out var value) ? value : throw new FormatException($"'{text}' must be true or false")),
            target => read(target) ? "true" : "false");

    /// <summary>Gets whether values of all sources are applied, weakest first, instead of the strongest alone.</summary>
    public bool Merges { get; init; }

    /// <summary>Gets whether a configuration section gives <c>key=value</c> pairs.</summary>
    public bool HasKeys { get; init; }

    /// <summary><see langword="true"/> if a configuration's list means its members with commas between.</summary>
    public bool IsText { get; init; }

    /// <summary>Gets whether there is a flag; otherwise only variable and configuration key.</summary>
    public bool HasFlag { get; init; } = true;

    private static int ParseNumber(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= 0
            ? value
            : throw new FormatException(text.StartsWith('-') ? $"number '{text}' must not be negative" : $"'{text}' is not a whole number");

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
