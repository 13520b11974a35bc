using System.Diagnostics;
using Micro.Bench.Rpc.Rows;

namespace Micro.Bench.Rpc.Measuring;

/// <summary>Each caller calls again as soon as it has its reply: the maximum rate of the row.</summary>
internal sealed class ClosedLoop : Window
{
    protected override async Task CallAsync(ICaller caller, LatencyHistogram histogram)
    {
        while (Phase != LoopPhase.Ending)
        {
            var startedAt = Stopwatch.GetTimestamp();
            var calls = await caller.CallAsync();
            if (Phase == LoopPhase.Counting)
            {
                histogram.Record(Stopwatch.GetTimestamp() - startedAt, calls);
            }
        }
    }
}
