using Micro.Selection.Strategies;

namespace Micro.Selection.Services;

/// <summary>Growing pauses, 100 ms to 30 s, each a fifth longer or shorter at random. Not safe for concurrent use.</summary>
internal sealed class RetryDelay(AtomicRandom random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private TimeSpan _next = First;

    public TimeSpan Next()
    {
        var pause = _next * (0.8 + (0.4 * random.NextDouble()));
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return pause < Longest ? pause : Longest;
    }

    public void Reset() => _next = First;
}
