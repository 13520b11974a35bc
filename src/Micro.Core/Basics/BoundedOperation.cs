namespace Micro.Basics;

/// <summary>
/// Runs user code with a time limit and never twice at once: work that ignores its token counts as failing until it ends.
/// Used by one loop at a time.
/// </summary>
internal sealed class BoundedOperation(string what, TimeProvider timeProvider)
{
    /// <summary>The last run; completed before the first.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <exception cref="TimeoutException">The limit passed, or the previous run has not ended.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> work, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (!Running.IsCompleted)
        {
            throw new TimeoutException($"{what}: the previous run has not ended yet");
        }

        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // On the pool, so that work that blocks its thread is bounded as well.
        var token = abort.Token;
        var task = Task.Run(() => work(token), CancellationToken.None);
        Running = task;
        try
        {
            await task.WaitAsync(limit, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!task.IsCompleted)
        {
            Observe(task);
            await abort.CancelAsync().ConfigureAwait(false);
            if (exception is TimeoutException)
            {
                throw new TimeoutException($"{what}: not completed within {ReadableTime.Of(limit)}", exception);
            }

            throw;
        }
    }

    /// <summary>Keeps the late failure of abandoned work from being reported as unobserved.</summary>
    private static void Observe(Task task) =>
        _ = task.ContinueWith(
            static finished => _ = finished.Exception,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
}
