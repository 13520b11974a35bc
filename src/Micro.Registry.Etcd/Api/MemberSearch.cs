using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Etcd.Api;

/// <summary>Tries members until one can be used, with growing pauses and without end. All callers that wait share one search.</summary>
/// <param name="tryMember">Tries the current member and moves on when it fails.</param>
/// <param name="time">Time source.</param>
/// <param name="random">Spreads the tries.</param>
/// <param name="logger">Logs the first failure of a search and its end.</param>
/// <param name="retryAfter">Returns the time until the next connection is tried after a failure.</param>
internal sealed class MemberSearch(Func<CancellationToken, Task> tryMember, TimeProvider time, Random random, ILogger logger, Func<Exception, TimeSpan?>? retryAfter = null)
    : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly WakeableDelay _delay = new(time);
    private Task _running = Task.CompletedTask;

    /// <summary>Waits for a usable member.</summary>
    /// <param name="cancellationToken">Ends the wait of this caller; the search goes on for the others.</param>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_running.IsCompleted && !_stop.IsCancellationRequested)
            {
                // The search outlives its first caller: it must not keep the caller's ambient values or token.
                using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
                {
                    _running = Task.Run(() => SearchAsync(_stop.Token), CancellationToken.None);
                }
            }

            return _running.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends the present pause of a search: the network has changed.</summary>
    public void Hasten()
    {
        lock (_gate)
        {
            if (!_running.IsCompleted)
            {
                _delay.Wake();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_gate)
        {
            running = _running;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
    }

    /// <summary>Never throws; ends when a member can be used or the registry is disposed.</summary>
    private async Task SearchAsync(CancellationToken cancellationToken)
    {
        for (var failures = 0; !cancellationToken.IsCancellationRequested; failures++)
        {
            TimeSpan? attempt;
            try
            {
                await tryMember(cancellationToken).ConfigureAwait(false);
                if (failures > 0)
                {
                    EtcdBackend.Log.Reachable(logger, failures);
                }

                return;
            }
            catch (Exception exception)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    return;
                }

                if (failures == 0)
                {
                    EtcdBackend.Log.Unreachable(logger, exception.Message);
                }

                attempt = retryAfter?.Invoke(exception);
            }

            var pause = attempt ?? Jitter.Backoff(FirstPause, LongestPause, failures + 1, random);
            await _delay.WaitAsync(pause, default, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
