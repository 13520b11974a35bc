using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns;

/// <summary>Runs short background tasks with one owner: failures are logged, disposal cancels and awaits them all.</summary>
internal sealed class BackgroundTasks(ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];
    private readonly CancellationTokenSource _stop = new();
    private bool _isStopped;

    public void Run(Func<CancellationToken, Task> work)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            var task = Task.Run(() => GuardAsync(work), CancellationToken.None);
            _running.Add(task);
            _ = task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
            running = [.. _running];
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task GuardAsync(Func<CancellationToken, Task> work)
    {
        try
        {
            await work(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The owner stops.
        }
        catch (Exception exception)
        {
            MdnsBackend.Log.TaskFailed(logger, exception);
        }
    }

    private void Remove(Task task)
    {
        lock (_gate)
        {
            _running.Remove(task);
        }
    }
}
