using System.Diagnostics;

namespace Micro.Testing;

/// <summary>
/// Keeps manual time from running away from the code under test: after a step of time, what it woke runs on the pool,
/// and on a busy machine that may take longer than many further steps.
/// </summary>
public static class PoolPause
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Waits until the thread pool has nothing waiting, a few times in a row; at most 50 ms, because other tests may keep
    /// the pool busy.
    /// </summary>
    public static async Task WaitAsync()
    {
        var clock = Stopwatch.StartNew();
        for (var quiet = 0; quiet < 3 && clock.Elapsed < Limit;)
        {
            // Comes after everything that waits now.
            await Task.Run(static () => { }).ConfigureAwait(false);
            quiet = ThreadPool.PendingWorkItemCount == 0 ? quiet + 1 : 0;
        }
    }
}
