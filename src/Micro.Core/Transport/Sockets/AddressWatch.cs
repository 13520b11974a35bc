using System.Net.NetworkInformation;
using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Sockets;

/// <summary>
/// Checks the machine's addresses when they may have changed: shortly after the system reports a change, and every second,
/// because no event reports a link that comes up after its address. The single source of such changes for servers, registries
/// and mDNS. Disposing ends it without waiting; a running check may still complete.
/// </summary>
internal sealed class AddressWatch : IDisposable
{
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Action<bool> _look;
    private readonly TimeProvider _time;
    private readonly Func<double> _random;
    private readonly ILogger _logger;
    private readonly FailureRow _failures;
    private readonly CancellationTokenSource _stop = new();
    private volatile TaskCompletionSource _changed = NewSignal();

    /// <param name="look">
    /// Checks the addresses; its argument is <see langword="true"/> when the system has reported a change since the last check.
    /// Called by one thread at a time. An exception is logged, and the watch continues.
    /// </param>
    /// <param name="time">Source of time.</param>
    /// <param name="random">Spreads the checks; from 0 to 1.</param>
    /// <param name="logger">The logger for failures.</param>
    public AddressWatch(Action<bool> look, TimeProvider time, Func<double> random, ILogger logger)
    {
        _look = look;
        _time = time;
        _random = random;
        _logger = logger;
        _failures = new FailureRow("The check of the network addresses", time, logger);
    }

    public void Start()
    {
        NetworkChange.NetworkAddressChanged += OnChanged;
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => FollowAsync(_stop.Token), CancellationToken.None);
        }
    }

    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= OnChanged;
        _stop.Cancel();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnChanged(object? sender, EventArgs arguments) => _changed.TrySetResult();

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Cancelled with the round, so that an event leaves no timer behind.
            using (var round = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                await Task.WhenAny(_changed.Task, Task.Delay(Period * (0.8 + (0.4 * _random())), _time, round.Token)).ConfigureAwait(false);
                await round.CancelAsync().ConfigureAwait(false);
            }

            var isReported = _changed.Task.IsCompleted;
            if (isReported)
            {
                // Changes come in bursts.
                await Task.Delay(SettleTime, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _changed = NewSignal();
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            Check(isReported);
        }
    }

    private void Check(bool isReported)
    {
        try
        {
            _look(isReported);
            _failures.End();
        }
        catch (Exception exception)
        {
            if (_failures.Add(exception))
            {
                _logger.AddressLookFailed(_failures.Count, FailureRow.TextOf(exception), FailureRow.KindOf(exception));
            }
        }
    }
}
