using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>
/// Ends the open streams of a stopping server: notifies their handlers, gives them time to end, then cancels them. Streams
/// that still do not end, while no other call runs, no longer delay the stop.
/// </summary>
internal sealed class StreamDrain(ProtocolHost host, TimeSpan timeout, ILogger logger)
{
    /// <summary>Time for cancelled calls to send their status.</summary>
    public static readonly TimeSpan CancelledCallsTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <param name="patience">Cancelled when only streams that do not end are left.</param>
    /// <param name="closed">Ends the drain.</param>
    public async Task RunAsync(CancellationTokenSource patience, CancellationToken closed)
    {
        // Not awaited: a callback of a handler that blocks must not delay the stop.
        _ = host.BeginStopAsync();
        if (!await DelayAsync(timeout, closed).ConfigureAwait(false))
        {
            return;
        }

        if (host.RunningStreams is > 0 and var streams)
        {
            logger.StreamsEnded(streams, timeout);
        }

        host.CutStreams();
        var isOpen = await DelayAsync(CancelledCallsTime, closed).ConfigureAwait(false);
        while (isOpen && (host.RunningStreams == 0 || host.RunningCalls > host.RunningStreams))
        {
            isOpen = await DelayAsync(Period, closed).ConfigureAwait(false);
        }

        if (isOpen)
        {
            await patience.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <returns><see langword="false"/> when the server was closed meanwhile.</returns>
    private async Task<bool> DelayAsync(TimeSpan time, CancellationToken closed)
    {
        await Task.Delay(time, host.TimeProvider, closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !closed.IsCancellationRequested;
    }
}
