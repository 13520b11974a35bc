using System.Diagnostics;
using System.Numerics;

namespace Micro.Bench.Rpc.Measuring;

/// <summary>
/// Counts durations in a fixed number of buckets: within 1/128 of the value from 128 ns to some minutes. One per caller, so
/// recording is an increment; not safe for concurrent use.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int StepBits = 7;
    private const int Steps = 1 << StepBits;

    // Up to 2^38 nanoseconds, about four and a half minutes.
    private readonly long[] _buckets = new long[Steps * (38 - StepBits + 1)];

    public long Count { get; private set; }

    /// <summary>Records a number of calls that took the same time.</summary>
    /// <param name="ticks">Their time, in <see cref="Stopwatch"/> ticks.</param>
    /// <param name="calls">Number of calls.</param>
    public void Record(long ticks, int calls)
    {
        Count += calls;
        _buckets[Math.Min(BucketOf(Math.Max(0, ticks) * (1_000_000_000 / Stopwatch.Frequency)), _buckets.Length - 1)] += calls;
    }

    public void Add(LatencyHistogram other)
    {
        Count += other.Count;
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
        {
            _buckets[bucket] += other._buckets[bucket];
        }
    }

    /// <summary>Returns a percentile in microseconds; 0 without durations.</summary>
    public double Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(Count * share);
        for (var bucket = 0; bucket < _buckets.Length && Count > 0; bucket++)
        {
            wanted -= _buckets[bucket];
            if (wanted <= 0)
            {
                return LargestOf(bucket) / 1000.0;
            }
        }

        return 0;
    }

    private static int BucketOf(long nanoseconds)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)nanoseconds | 1) - StepBits);
        return (Steps * shift) + (int)(nanoseconds >> shift);
    }

    private static long LargestOf(int bucket)
    {
        var shift = Math.Max(0, (bucket / Steps) - 1);
        return ((bucket - ((long)Steps * shift) + 1) << shift) - 1;
    }
}
