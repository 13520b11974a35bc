using System.Buffers;
using System.Globalization;

namespace Micro.Settings;

/// <summary>Reads and writes durations as people write them: <c>500ms</c>, <c>10s</c>, <c>1m30s</c>, <c>1.5h</c>, <c>24:00:00</c>.</summary>
internal static class DurationText
{
    private const int MaxLength = 64;
    private const uint MaxHours = 1_000_000;
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> ClockCharacters = SearchValues.Create("0123456789.:");

    // Longer units before those that are their beginning.
    private static readonly (string Name, double Milliseconds)[] Units =
    [
        ("ms", 1), ("us", 0.001), ("µs", 0.001), ("ns", 0.000001), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ];

    /// <summary>Reads a duration; never negative.</summary>
    /// <param name="text">The text.</param>
    /// <param name="wholeSeconds"><see langword="true"/> to read a bare number as seconds.</param>
    /// <exception cref="FormatException">The text is not a duration.</exception>
    public static TimeSpan Parse(string text, bool wholeSeconds = false)
    {
        if (TryParse(text, wholeSeconds, out var value))
        {
            return value;
        }

        var seconds = wholeSeconds ? "whole seconds or " : "";
        throw new FormatException(
            text.StartsWith('-') ? $"duration '{text}' must not be negative"
            : text.Contains(':', StringComparison.Ordinal) ? $"'{text}' is not a duration: write hours, minutes and seconds, 10:20:00, or units, 10h20m"
            : $"'{text}' is not a duration: write {seconds}500ms, 10s, 1m30s or 00:00:10");
    }

    /// <summary>Returns a duration in the notation of flags; <see langword="null"/> when there is none.</summary>
    public static string? Format(TimeSpan? duration) => duration switch
    {
        null => null,
        { } value when value.Ticks % TimeSpan.TicksPerSecond == 0 => FormattableString.Invariant($"{(long)value.TotalSeconds}s"),
        { } value => value.TotalMilliseconds.ToString("0.######", CultureInfo.InvariantCulture) + "ms",
    };

    /// <summary>Reads a duration; never negative.</summary>
    /// <param name="text">The text.</param>
    /// <param name="wholeSeconds"><see langword="true"/> to read a bare number as seconds.</param>
    /// <param name="value">The duration.</param>
    public static bool TryParse(string text, bool wholeSeconds, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            value = TimeSpan.FromSeconds(seconds);
            return wholeSeconds || seconds == 0;
        }

        return text.Contains(':', StringComparison.Ordinal) ? TryParseClock(text, out value) : TryParseUnits(text, out value);
    }

    /// <summary>
    /// Reads <c>h:mm:ss</c>, with any number of hours, and <c>d.hh:mm:ss</c>. <see cref="TimeSpan"/> by itself takes hours above 23
    /// for days, and guesses what two or four parts mean.
    /// </summary>
    private static bool TryParseClock(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (text.Split(':') is not [var first, var minutes, var seconds] || text.AsSpan().ContainsAnyExcept(ClockCharacters))
        {
            return false;
        }

        if (!uint.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var hours))
        {
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out value);
        }

        if (hours > MaxHours || !TimeSpan.TryParseExact($"00:{minutes}:{seconds}", "c", CultureInfo.InvariantCulture, out var rest))
        {
            return false;
        }

        value = TimeSpan.FromHours(hours) + rest;
        return true;
    }

    private static bool TryParseUnits(ReadOnlySpan<char> rest, out TimeSpan value)
    {
        double milliseconds = 0;
        value = TimeSpan.Zero;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var isKnown = false;
            foreach (var (name, factor) in Units)
            {
                if (rest.StartsWith(name, StringComparison.Ordinal))
                {
                    milliseconds += number * factor;
                    rest = rest[name.Length..];
                    isKnown = true;
                    break;
                }
            }

            if (!isKnown)
            {
                return false;
            }
        }

        if (milliseconds > TimeSpan.MaxValue.TotalMilliseconds / 2)
        {
            return false;
        }

        value = TimeSpan.FromTicks((long)Math.Round(milliseconds * TimeSpan.TicksPerMillisecond));
        return true;
    }
}
