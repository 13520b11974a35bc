using System.Diagnostics;

namespace Micro.Testing;

/// <summary>
/// Keeps manual time in step with the code under test: work that a step of time wakes runs on the pool, and on a busy
/// machine may take longer than many further steps.
/// </summary>
public static class PoolPause
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Waits until the thread pool is idle several times in a row; at most 50 ms, because other tests may keep it busy.
    /// </summary>
    public static async Task WaitAsync()
    {
        var clock = Stopwatch.StartNew();
        for (var quiet = 0; quiet < 3 && clock.Elapsed < Limit;)
        {
            // Runs after everything queued now.
            await Task.Run(static () => { }).ConfigureAwait(false);
            quiet = ThreadPool.PendingWorkItemCount == 0 ? quiet + 1 : 0;
        }
    }
}
