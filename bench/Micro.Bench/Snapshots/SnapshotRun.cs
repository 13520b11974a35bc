using System.Diagnostics;
using System.Globalization;
using Micro.Bench.Rpc.Measuring;
using Micro.Selection;

namespace Micro.Bench.Snapshots;

/// <summary>Picks without a pause on one thread, first while nothing changes, then while the script runs.</summary>
internal sealed class SnapshotRun(int nodes, int changes, int rate, Action<string> progress)
{
    private const double MostMicroseconds = 1000;
    private const int PicksAtATime = 100;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        progress($"{nodes} nodes");
        var registry = new ScriptedChanges(nodes, changes, TimeSpan.FromSeconds(1.0 / rate));
        await using var selector = Selectors.Create(options => options.Registry = registry);
        await selector.PickAsync(ScriptedChanges.Service, SelectOptions.Default, cancellationToken: cancellationToken);

        // The watch opens shortly after the first read; its initial state is not measured.
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        await PickAsync(selector, Task.Delay(TimeSpan.FromSeconds(1), cancellationToken));
        progress("picking while nothing changes");
        var quiet = await PickAsync(selector, Task.Delay(Quiet, cancellationToken));
        progress($"picking while {changes} nodes change, {rate} per second");
        registry.Begin();
        var busy = await PickAsync(selector, registry.Taken.WaitAsync(cancellationToken));
        var taken = (await registry.Taken).Order().ToArray();
        var median = Medians.Of(taken);
        return string.Join(
            Environment.NewLine,
            "| figure | p50 | p99 | most | aim | |",
            "|---|--:|--:|--:|---|---|",
            Line($"| one node's change at {nodes} nodes, us | {median:N0} | {taken[(int)(taken.Length * 0.99)]:N0} | {taken[^1]:N0} | p50 ≤ {MostMicroseconds:N0} | {(median <= MostMicroseconds ? "met" : "*missed*")} |"),
            Row("a pick while nothing changes, ns", quiet),
            Row("a pick while nodes change, ns", busy),
            "",
            $"picks are timed {PicksAtATime} at a time; what is above p99.9 is the machine's scheduling in both lines");
    }

    private static string Row(string name, LatencyHistogram picks) =>
        Line($"| {name} | {picks.Percentile(0.5) * 1000 / PicksAtATime:N1} | {picks.Percentile(0.99) * 1000 / PicksAtATime:N1} | {picks.Percentile(0.999) * 1000 / PicksAtATime:N1} (p99.9) | | |");

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static async Task<LatencyHistogram> PickAsync(ISelector selector, Task until)
    {
        var picking = Task.Factory.StartNew(() => Pick(selector, until), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await until;
        return await picking;
    }

    private static LatencyHistogram Pick(ISelector selector, Task until)
    {
        var picks = new LatencyHistogram();
        while (!until.IsCompleted)
        {
            var startedAt = Stopwatch.GetTimestamp();
            for (var pick = 0; pick < PicksAtATime; pick++)
            {
                var picked = selector.PickAsync(ScriptedChanges.Service, SelectOptions.Default);
                GC.KeepAlive(picked.IsCompletedSuccessfully ? picked.Result.Node : throw new InvalidOperationException("a pick waited although the snapshot exists"));
            }

            picks.Record(Stopwatch.GetTimestamp() - startedAt, 1);
        }

        return picks;
    }
}
