using System.Diagnostics.CodeAnalysis;

namespace Micro.Selection.Strategies;

/// <summary>
/// Random numbers for many threads without a lock or an allocation: SplitMix64, whose state is a counter.
/// Spreads load and timers; not for secrets.
/// </summary>
/// <param name="seed">The start of the sequence.</param>
internal sealed class AtomicRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Creates a source with a random start.</summary>
    [SuppressMessage("Security", "CA5394", Justification = "Load balancing needs no secret numbers.")]
    public static AtomicRandom Create() => new((ulong)new Random().NextInt64());

    /// <summary>Returns a uniform number from 0 to <paramref name="limit"/> - 1.</summary>
    public int Next(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    /// <summary>Returns a number from 0 to less than 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    public ulong Next()
    {
        var value = Interlocked.Add(ref _state, 0x9E3779B97F4A7C15);
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
