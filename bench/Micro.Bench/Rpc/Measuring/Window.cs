using System.Diagnostics;
using Micro.Bench.Rpc.Rows;
using Micro.Bench.Serving;

namespace Micro.Bench.Rpc.Measuring;

/// <summary>One measurement of one row: callers start, warm up, are measured, and end.</summary>
internal abstract class Window
{
    private static readonly TimeSpan LongestWindow = TimeSpan.FromSeconds(30);

    private volatile LoopPhase _phase = LoopPhase.Settling;

    protected LoopPhase Phase => _phase;

    /// <summary>Runs the window.</summary>
    /// <exception cref="Exception">A call failed; there is no result.</exception>
    public async Task<WindowFigures> RunAsync(IRow row, int callers, TimeSpan settle, TimeSpan length, CancellationToken cancellationToken)
    {
        var opened = await row.OpenAsync(callers);
        try
        {
            await row.Server.SampleAsync(collect: true);
            GC.Collect();
            LatencyHistogram[] histograms = [.. opened.Select(static _ => new LatencyHistogram())];
            Begin();
            Task[] running = [.. opened.Select((caller, index) => Task.Run(() => CallAsync(caller, histograms[index]), cancellationToken))];
            try
            {
                await HoldAsync(running, settle, cancellationToken);
                var usedBefore = (Client: ProcessSample.Take(), Server: await row.Server.SampleAsync());
                var startedAt = Stopwatch.GetTimestamp();
                _phase = LoopPhase.Counting;
                await HoldAsync(running, length, cancellationToken);
                while (Array.TrueForAll(histograms, static histogram => histogram.Count == 0) && Stopwatch.GetElapsedTime(startedAt) < LongestWindow)
                {
                    // A very short window on a busy machine may see no call end.
                    await HoldAsync(running, TimeSpan.FromMilliseconds(50), cancellationToken);
                }

                _phase = LoopPhase.Ending;
                var elapsed = Stopwatch.GetElapsedTime(startedAt);
                var usedAfter = (Client: ProcessSample.Take(), Server: await row.Server.SampleAsync());
                return Figures(histograms, elapsed, usedBefore, usedAfter);
            }
            finally
            {
                _phase = LoopPhase.Ending;
                End();
                await Task.WhenAll(running);
            }
        }
        finally
        {
            foreach (var caller in opened)
            {
                await caller.DisposeAsync();
            }
        }
    }

    /// <summary>Runs one caller until the window ends.</summary>
    protected abstract Task CallAsync(ICaller caller, LatencyHistogram histogram);

    /// <summary>Called before the callers run.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>Called when no further call may begin.</summary>
    protected virtual void End()
    {
    }

    private static async Task HoldAsync(Task[] running, TimeSpan time, CancellationToken cancellationToken)
    {
        var failed = Task.WhenAny(running);
        if (await Task.WhenAny(failed, Task.Delay(time, cancellationToken)) == failed)
        {
            // A caller ends early only when its call failed.
            await await failed;
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private static WindowFigures Figures(
        LatencyHistogram[] histograms,
        TimeSpan elapsed,
        (ProcessSample Client, ProcessSample Server) before,
        (ProcessSample Client, ProcessSample Server) after)
    {
        var all = new LatencyHistogram();
        foreach (var histogram in histograms)
        {
            all.Add(histogram);
        }

        if (all.Count == 0)
        {
            throw new InvalidOperationException($"no call ended within {elapsed.TotalSeconds:0.###} s: increase --seconds");
        }

        var cpu = after.Client.CpuSeconds - before.Client.CpuSeconds + after.Server.CpuSeconds - before.Server.CpuSeconds;
        var bytes = after.Client.AllocatedBytes - before.Client.AllocatedBytes + after.Server.AllocatedBytes - before.Server.AllocatedBytes;
        return new WindowFigures(
            all.Count / elapsed.TotalSeconds,
            all.Percentile(0.5),
            all.Percentile(0.99),
            all.Percentile(0.999),
            cpu * 1_000_000 / all.Count,
            (double)bytes / all.Count);
    }
}
