using System.Globalization;
using Micro.Bench.Rpc.Measuring;
using Micro.Bench.Rpc.Rows;

namespace Micro.Bench.Rpc;

/// <summary>
/// Measures all rows in turn, round after round, so that other load of the machine affects all of them alike.
/// </summary>
internal sealed class RpcRun(RpcSettings settings, Action<string> progress)
{
    private static readonly TimeSpan LongestSettle = TimeSpan.FromMilliseconds(300);

    public async Task<RpcReport> RunAsync(CancellationToken cancellationToken)
    {
        progress("starting the servers");
        await using var set = await RowSet.StartAsync([.. settings.Only], settings.Callers.Max(), cancellationToken);
        foreach (var (name, reason) in set.Missing)
        {
            progress($"{name}: not available, {reason}");
        }

        var results = new List<RowResult>();
        foreach (var callers in settings.Callers)
        {
            results.AddRange(await MeasureAsync(set.Rows, callers, cancellationToken));
        }

        return new RpcReport(
            results, set.Missing, set.FrameBytes.Request, set.FrameBytes.Reply, MessageMemory.BytesPerCall(), settings.Rounds);
    }

    private async Task<IEnumerable<RowResult>> MeasureAsync(IReadOnlyList<IRow> rows, int callers, CancellationToken cancellationToken)
    {
        foreach (var row in rows.Where(_ => settings.WarmUp > TimeSpan.Zero))
        {
            progress($"{callers} callers, warm-up: {row.Name}");
            await new ClosedLoop().RunAsync(row, callers, TimeSpan.Zero, settings.WarmUp, cancellationToken);
        }

        var closed = rows.ToDictionary(static row => row, static _ => new List<WindowFigures>());
        var open = rows.ToDictionary(static row => row, static _ => new List<WindowFigures>());
        for (var round = 1; round <= settings.Rounds; round++)
        {
            foreach (var row in rows)
            {
                var most = await new ClosedLoop().RunAsync(row, callers, Settle, settings.Seconds, cancellationToken);
                closed[row].Add(most);
                Tell(row, callers, round, "closed", most);
                if (settings.OpenLoop)
                {
                    var batch = row.Name == RowNames.RawBatch ? callers : 1;
                    var half = await new OpenLoop(most.CallsPerSecond / 2, batch).RunAsync(row, callers, Settle, settings.Seconds, cancellationToken);
                    open[row].Add(half);
                    Tell(row, callers, round, "half rate", half);
                }
            }
        }

        return rows.Select(row => new RowResult(
            row.Name, callers, WindowFigures.Median(closed[row]), settings.OpenLoop ? WindowFigures.Median(open[row]) : null));
    }

    private TimeSpan Settle => settings.Seconds / 4 < LongestSettle ? settings.Seconds / 4 : LongestSettle;

    private void Tell(IRow row, int callers, int round, string loop, WindowFigures figures) => progress(string.Create(
        CultureInfo.InvariantCulture,
        $"{callers} callers, round {round} of {settings.Rounds}: {row.Name}, {loop}: {figures.CallsPerSecond:N0} calls/s, p50 {figures.P50:N1} us, p99 {figures.P99:N1} us"));
}
