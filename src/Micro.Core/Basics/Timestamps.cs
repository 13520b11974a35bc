namespace Micro.Basics;

/// <summary>Converts times into the units of a monotonic clock.</summary>
internal static class Timestamps
{
    /// <summary>Returns the growth of the clock's timestamp in the given time.</summary>
    public static long Units(this TimeProvider clock, TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);
}
