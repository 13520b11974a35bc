namespace Micro.Settings;

/// <summary>Reads values that only one setting has, and lists.</summary>
internal static class SettingText
{
    /// <exception cref="FormatException">The text is not a duration longer than zero.</exception>
    public static TimeSpan PositiveDuration(string text) =>
        DurationText.Parse(text) is var value && value > TimeSpan.Zero ? value : throw new FormatException($"duration '{text}' must be longer than zero");

    /// <exception cref="FormatException">The text is not a duration that the selector accepts.</exception>
    public static TimeSpan CacheTtl(string text)
    {
        var value = DurationText.Parse(text);
        return value == TimeSpan.Zero || (value >= TimeSpan.FromMilliseconds(100) && value <= TimeSpan.FromDays(1))
            ? value
            : throw new FormatException($"selector cache TTL '{text}' must be 0 or 100ms to 24h");
    }

    public static void Replace(IList<string> values, IEnumerable<string> by)
    {
        values.Clear();
        foreach (var value in by)
        {
            values.Add(value);
        }
    }

    /// <exception cref="FormatException">A member is not <c>key=value</c>.</exception>
    public static void AddPairs(IDictionary<string, string> pairs, IEnumerable<string> members)
    {
        foreach (var member in members)
        {
            var equals = member.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new FormatException($"metadata '{member}' must be key=value");
            }

            pairs[member[..equals].Trim()] = member[(equals + 1)..];
        }
    }

    public static IEnumerable<string> Pairs(IDictionary<string, string> pairs) =>
        pairs.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key}={pair.Value}");
}
