using Grpc.Core;
using Micro;
using Micro.Client;
using CallOptions = Micro.Client.CallOptions;

namespace Greeter;

/// <summary>
/// An open-loop load: each call starts at its planned time, regardless of earlier calls, and its latency counts from that
/// time. So a slow service results in slow calls, not in fewer calls.
/// </summary>
internal sealed class LoadRun
{
    /// <summary>Metadata key of the call id.</summary>
    public const string IdKey = "Call-Id";

    /// <summary>Maximum number of calls in flight; further calls start late, so that memory stays bounded.</summary>
    private const int MaxRunning = 20_000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly LoadFigures _figures = new();
    private readonly ClientFlags _flags;
    private readonly Greeter.GreeterClient _greeter;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _startedAt;

    // Includes the loop, so that zero means that everything has ended.
    private long _running = 1;

    public LoadRun(IMicroClient client, ClientFlags flags, CallOptions call)
    {
        _flags = flags;
        _greeter = new Greeter.GreeterClient(client.AsCallInvoker(flags.Service, call with { AttemptInterceptors = [_figures] }));
    }

    public async Task<LoadSummary> RunAsync(Action<string> report)
    {
        var total = _flags.Load.Rate * _flags.Load.Seconds;
        _startedAt = _time.GetTimestamp();
        var nextReport = Second;
        for (var number = 0L; number < total;)
        {
            var elapsed = _time.GetElapsedTime(_startedAt);
            var due = Math.Min(total, (long)(elapsed.TotalSeconds * _flags.Load.Rate) + 1);
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
        // Not on the thread of the loop, where one call would delay the next.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        string? failure = null;
        try
        {
            await _greeter.HelloAsync(new Request { Name = _flags.Name }, new Metadata { { IdKey, $"{_run}-{number}" } });
        }
        catch (RpcException exception) when (exception.Status.DebugException is MicroException error)
        {
            failure = error.Kind.ToString();
        }
        catch (Exception exception)
        {
            // Unexpected; the summary reports it by its type.
            failure = exception.GetType().Name;
        }
        finally
        {
            var planned = TimeSpan.FromSeconds((double)number / _flags.Load.Rate);
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
