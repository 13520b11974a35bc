namespace Micro.Basics;

/// <summary>Spreads periodic work, so that many instances never act in step.</summary>
internal static class Jitter
{
    /// <summary>Returns the time ± 20 %; zero and infinite unchanged.</summary>
    public static TimeSpan Spread(TimeSpan time, Random random) =>
        time <= TimeSpan.Zero ? time : time * (0.8 + (0.4 * NextDouble(random)));

    /// <summary>Returns the time + 0 to 20 %, for a time that is a lower bound.</summary>
    public static TimeSpan Extend(TimeSpan time, Random random) =>
        time <= TimeSpan.Zero ? time : time * (1 + (0.2 * NextDouble(random)));

    /// <summary>Returns the pause after a number of failures in a row: it grows by 1.6 from the first to the longest, ± 20 %.</summary>
    public static TimeSpan Backoff(TimeSpan first, TimeSpan longest, int failures, Random random)
    {
        var pause = first * Math.Pow(1.6, Math.Clamp(failures - 1, 0, 20));
        return Spread(pause < longest ? pause : longest, random);
    }

    private static double NextDouble(Random random)
    {
        // One source may be shared by several loops, and Random is not safe for concurrent use.
        lock (random)
        {
#pragma warning disable CA5394 // Jitter needs no secure randomness
            return random.NextDouble();
#pragma warning restore CA5394
        }
    }
}
