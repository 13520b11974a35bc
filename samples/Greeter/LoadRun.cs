using Micro;
using Micro.Client;

namespace Greeter;

/// <summary>
/// An open-loop load: each call has its planned start, whatever became of those before, and its latency counts from
/// there. A slow service thus shows as slow calls, not as fewer calls.
/// </summary>
internal sealed class LoadRun(Greeter.Client client, ClientFlags flags, CallOptions call)
{
    /// <summary>Metadata that carries the id of a call.</summary>
    public const string IdKey = "Call-Id";

    /// <summary>Beyond so many calls at a time further ones start late, so that memory stays bounded.</summary>
    private const int MaxRunning = 20_000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly LoadFigures _figures = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _startedAt;

    // One for the loop itself, so that zero means that all is done.
    private long _running = 1;

    public async Task<LoadSummary> RunAsync(Action<string> report)
    {
        var total = flags.Load.Rate * flags.Load.Seconds;
        _startedAt = _time.GetTimestamp();
        var nextReport = Second;
        for (var number = 0L; number < total;)
        {
            var elapsed = _time.GetElapsedTime(_startedAt);
            var due = Math.Min(total, (long)(elapsed.TotalSeconds * flags.Load.Rate) + 1);
            for (; number < due && Interlocked.Read(ref _running) <= MaxRunning; number++)
            {
                Interlocked.Increment(ref _running);
                _ = CallAsync(number);
            }

            if (elapsed >= nextReport)
            {
                report($"{(long)nextReport.TotalSeconds} s: {_figures.SummarizeRecent()}");
                nextReport += Second;
            }

            await Task.Delay(Tick, _time, CancellationToken.None);
        }

        Leave();
        await ReportUntilDoneAsync(report, nextReport);
        return _figures.Summarize();
    }

    private async Task ReportUntilDoneAsync(Action<string> report, TimeSpan nextReport)
    {
        while (true)
        {
            var pause = nextReport - _time.GetElapsedTime(_startedAt);
            try
            {
                await _done.Task.WaitAsync(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, _time);
                return;
            }
            catch (TimeoutException)
            {
                report($"{(long)nextReport.TotalSeconds} s: {_figures.SummarizeRecent()}");
                nextReport += Second;
            }
        }
    }

    private async Task CallAsync(long number)
    {
        // Not on the thread of the loop, or one call would hold up the next.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        string? failure = null;
        try
        {
            var options = call with
            {
                Metadata = new CallMetadata { [IdKey] = $"{_run}-{number}" },
                AttemptInterceptors = [_figures],
            };
            await client.HelloAsync(new Request { Name = flags.Name }, options);
        }
        catch (MicroException exception)
        {
            failure = exception.Kind.ToString();
        }
        catch (Exception exception)
        {
            // Nothing else is expected; the summary tells it all the same.
            failure = exception.GetType().Name;
        }
        finally
        {
            var planned = TimeSpan.FromSeconds((double)number / flags.Load.Rate);
            _figures.Count(_time.GetElapsedTime(_startedAt) - planned, failure);
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _done.SetResult();
        }
    }
}
