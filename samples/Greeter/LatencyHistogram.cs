using System.Numerics;

namespace Greeter;

/// <summary>
/// Counts durations in microseconds in a fixed number of buckets: exact up to 64, then within 1/64 of the value. Safe for
/// concurrent use.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Steps = 64;
    private const int StepBits = 6;

    // Up to 2^40 microseconds, about twelve days.
    private readonly long[] _buckets = new long[Steps * (40 - StepBits + 1)];

    public void Record(TimeSpan duration) =>
        Interlocked.Increment(ref _buckets[Math.Min(BucketOf((long)duration.TotalMicroseconds), _buckets.Length - 1)]);

    /// <summary>Returns a percentile in microseconds; 0 without durations.</summary>
    public long Percentile(double share)
    {
        var counts = new long[_buckets.Length];
        long total = 0;
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            total += counts[bucket] = Volatile.Read(ref _buckets[bucket]);
        }

        var wanted = (long)Math.Ceiling(total * share);
        for (var bucket = 0; bucket < counts.Length && total > 0; bucket++)
        {
            wanted -= counts[bucket];
            if (wanted <= 0)
            {
                return LargestOf(bucket);
            }
        }

        return 0;
    }

    private static int BucketOf(long microseconds)
    {
        var value = (ulong)Math.Max(0, microseconds);
        var shift = Math.Max(0, BitOperations.Log2(value | 1) - StepBits);
        return (Steps * shift) + (int)(value >> shift);
    }

    private static long LargestOf(int bucket)
    {
        var shift = Math.Max(0, (bucket / Steps) - 1);
        return ((bucket - ((long)Steps * shift) + 1) << shift) - 1;
    }
}
