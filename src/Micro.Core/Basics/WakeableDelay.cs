namespace Micro.Basics;

/// <summary>A pause that other threads can end early. A wake-up between two pauses ends the next one at once.</summary>
internal sealed class WakeableDelay(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _sleeper;
    private bool _pending;

    /// <summary>Ends the current or next pause.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _pending = _sleeper is null;
            _sleeper?.TrySetResult();
        }
    }

    /// <summary>Waits for the time (which may be infinite), a wake-up, or one of the tokens.</summary>
    public async Task WaitAsync(TimeSpan time, CancellationToken wake, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Continuations run on the pool: the waking thread may hold a lock.
        var sleeper = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_pending)
            {
                _pending = false;
                return;
            }

            _sleeper = sleeper;
        }

        try
        {
            await using var timer = timeProvider.CreateTimer(Complete, sleeper, time, Timeout.InfiniteTimeSpan).ConfigureAwait(false);
            await using var woken = wake.UnsafeRegister(Complete, sleeper).ConfigureAwait(false);
            await using var cancelled = cancellationToken.UnsafeRegister(Complete, sleeper).ConfigureAwait(false);
            await sleeper.Task.ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _sleeper = null;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private static void Complete(object? state) => ((TaskCompletionSource)state!).TrySetResult();
}
