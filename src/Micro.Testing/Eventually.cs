using System.Diagnostics;

namespace Micro.Testing;

/// <summary>Waits in real time for a condition, with a generous upper bound and an error that names the condition.</summary>
public static class Eventually
{
    /// <summary>Waits until a condition holds, checking it every 5 ms.</summary>
    /// <param name="condition">The condition; an exception ends the wait.</param>
    /// <param name="what">The awaited condition, as it reads after "not within 20 s: ".</param>
    /// <param name="seconds">Longest wait, in seconds.</param>
    /// <exception cref="TimeoutException">The condition did not hold in time.</exception>
    public static async Task TrueAsync(Func<bool> condition, string what, int seconds = 20)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            await PauseAsync(clock, what, seconds, TimeSpan.FromMilliseconds(5)).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until a condition holds, checking it every 20 ms.</summary>
    /// <param name="condition">The condition; an exception ends the wait.</param>
    /// <param name="what">The awaited condition, as it reads after "not within 20 s: ".</param>
    /// <param name="seconds">Longest wait, in seconds.</param>
    /// <exception cref="TimeoutException">The condition did not hold in time.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, int seconds = 20)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var clock = Stopwatch.StartNew();
        while (!await condition().ConfigureAwait(false))
        {
            await PauseAsync(clock, what, seconds, TimeSpan.FromMilliseconds(20)).ConfigureAwait(false);
        }
    }

    private static Task PauseAsync(Stopwatch clock, string what, int seconds, TimeSpan pause) =>
        clock.Elapsed <= TimeSpan.FromSeconds(seconds)
            ? Task.Delay(pause, TimeProvider.System, CancellationToken.None)
            : throw new TimeoutException($"not within {seconds} s: {what}");
}
