using System.Buffers.Text;

namespace Micro.Transport.Messages;

/// <summary>
/// The <c>Timeout</c> header: nanoseconds as decimal digits, as go-micro sends it; <c>600ms</c> and <c>10s</c>, as written by hand,
/// are accepted too.
/// </summary>
internal static class DeadlineHeader
{
    /// <summary>Returns the deadline of the call; <see cref="long.MaxValue"/> without one.</summary>
    /// <param name="value">Value of the header.</param>
    /// <param name="timeProvider">Source of time.</param>
    /// <param name="now">The time at which the head of the request was read.</param>
    public static long ToTimestamp(ReadOnlySpan<byte> value, TimeProvider timeProvider, long now)
    {
        if (!TryParse(value, out var timeout))
        {
            return long.MaxValue;
        }

        var ticks = timeout.TotalSeconds * timeProvider.TimestampFrequency;
        return ticks >= long.MaxValue - now ? long.MaxValue : now + (long)ticks;
    }

    /// <summary>Formats the time limit of a client.</summary>
    public static long FromTimeSpan(TimeSpan timeout) => timeout.Ticks > long.MaxValue / 100 ? long.MaxValue : timeout.Ticks * 100;

    /// <summary>Reads the header; a missing, malformed or zero value means no deadline.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out TimeSpan timeout)
    {
        timeout = default;
        if (value.IsEmpty || !Utf8Parser.TryParse(value, out long number, out var used) || number <= 0)
        {
            return false;
        }

        var unit = value[used..];
        if (unit.IsEmpty)
        {
            // A fraction of a tick is still a deadline.
            timeout = TimeSpan.FromTicks(Math.Max(1, number / 100));
            return true;
        }

        var factor = unit.SequenceEqual("ms"u8) ? 1 : unit.SequenceEqual("s"u8) ? 1000L : 0;
        if (factor == 0 || number > TimeSpan.MaxValue.TotalMilliseconds / factor)
        {
            return false;
        }

        timeout = TimeSpan.FromMilliseconds(number * factor);
        return true;
    }
}
