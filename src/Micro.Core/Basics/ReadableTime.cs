using System.Globalization;

namespace Micro.Basics;

/// <summary>A duration for log messages and errors: 350 ms, 5.4 s, 2 min 5 s, 3 h 20 min.</summary>
internal readonly record struct ReadableTime(TimeSpan Value)
{
    public static implicit operator ReadableTime(TimeSpan value) => new(value);

    /// <summary>Returns a configured limit in seconds, not rounded: 0.15 s.</summary>
    public static string Limit(TimeSpan value) => Number(value.TotalSeconds, "0.#######") + " s";

    public static string Of(TimeSpan value) => new ReadableTime(value).ToString();

    public override string ToString()
    {
        // Each unit begins where the smaller one would round up to it.
        var time = Value.Duration();
        var sign = Value < TimeSpan.Zero ? "-" : "";
        return Value == Timeout.InfiniteTimeSpan ? "for ever"
            : time < TimeSpan.FromMilliseconds(999.5) ? sign + Number(time.TotalMilliseconds, time < TimeSpan.FromMilliseconds(1) ? "0.###" : "0") + " ms"
            : time < TimeSpan.FromSeconds(59.95) ? sign + Number(time.TotalSeconds, "0.#") + " s"
            : time < TimeSpan.FromMinutes(59.99) ? sign + FormatTwoUnits((long)Math.Round(time.TotalSeconds), 60, "min", "s")
            : time < TimeSpan.FromHours(23.99) ? sign + FormatTwoUnits((long)Math.Round(time.TotalMinutes), 60, "h", "min")
            : sign + FormatTwoUnits((long)Math.Round(time.TotalHours), 24, "d", "h");
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string FormatTwoUnits(long small, int size, string bigUnit, string smallUnit) => small % size == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{small / size} {bigUnit}")
        : string.Create(CultureInfo.InvariantCulture, $"{small / size} {bigUnit} {small % size} {smallUnit}");
}
