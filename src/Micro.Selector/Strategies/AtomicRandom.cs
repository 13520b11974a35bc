using System.Diagnostics.CodeAnalysis;

namespace Micro.Selection.Strategies;

/// <summary>
/// Random numbers for many threads without a lock or an allocation: SplitMix64, whose state is a mere counter.
/// Spreads load and timers; not for secrets.
/// </summary>
/// <param name="seed">Where the sequence starts.</param>
internal sealed class AtomicRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A source that starts somewhere else each time.</summary>
    [SuppressMessage("Security", "CA5394", Justification = "Load balancing needs no secret numbers.")]
    public static AtomicRandom Create() => new((ulong)new Random().NextInt64());

    /// <summary>A number from 0 to <paramref name="limit"/> less one, each as likely as the other.</summary>
    public int Next(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    /// <summary>A number from 0 up to, but not, 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    public ulong Next()
    {
        var value = Interlocked.Add(ref _state, 0x9E3779B97F4A7C15);
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
