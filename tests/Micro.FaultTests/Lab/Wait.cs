using System.Diagnostics;

namespace Micro.FaultTests.Lab;

/// <summary>Waits in real time for what other processes do, and says how long that took.</summary>
internal static class Wait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="condition">Asked every 20 ms.</param>
    /// <param name="what">What is waited for and what was seen instead, for the error.</param>
    /// <param name="seconds">Longest wait.</param>
    public static async Task<TimeSpan> UntilAsync(Func<Task<bool>> condition, Func<string> what, int seconds = 30)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(seconds))
            {
                throw new TimeoutException($"not within {seconds} s: {what()}");
            }

            await Task.Delay(Pause, TimeProvider.System);
        }

        return clock.Elapsed;
    }

    /// <summary>Lets the fault last, for as long as the row says.</summary>
    public static Task ForAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
}
