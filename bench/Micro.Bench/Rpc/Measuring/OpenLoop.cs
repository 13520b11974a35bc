using System.Diagnostics;
using System.Threading.Channels;
using Micro.Bench.Rpc.Rows;

namespace Micro.Bench.Rpc.Measuring;

/// <summary>
/// Calls are due at even intervals, regardless of earlier ones. A free caller makes the next call, whose time counts from
/// its due time. So a stall results in many slow calls, not in fewer calls.
/// </summary>
/// <param name="callsPerSecond">Rate of due calls.</param>
/// <param name="batch">Number of calls per <see cref="ICaller.CallAsync"/>.</param>
internal sealed class OpenLoop(double callsPerSecond, int batch) : Window
{
    private readonly Channel<long> _due = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly double _ticksPerCall = Stopwatch.Frequency * batch / callsPerSecond;

    protected override void Begin() => new Thread(Pace) { IsBackground = true, Name = "pace", Priority = ThreadPriority.AboveNormal }.Start();

    protected override async Task CallAsync(ICaller caller, LatencyHistogram histogram)
    {
        while (await _due.Reader.WaitToReadAsync())
        {
            while (Phase != LoopPhase.Ending && _due.Reader.TryRead(out var due))
            {
                var calls = await caller.CallAsync();
                if (Phase == LoopPhase.Counting)
                {
                    histogram.Record(Stopwatch.GetTimestamp() - due, calls);
                }
            }

            if (Phase == LoopPhase.Ending)
            {
                return;
            }
        }
    }

    private void Pace()
    {
        var startedAt = Stopwatch.GetTimestamp();
        for (var number = 0L; Phase != LoopPhase.Ending;)
        {
            var now = Stopwatch.GetTimestamp();
            for (var due = startedAt + (long)(number * _ticksPerCall); due <= now; due = startedAt + (long)(number * _ticksPerCall))
            {
                _due.Writer.TryWrite(due);
                number++;
            }

            ShortSleep.Take();
        }

        _due.Writer.Complete();
    }
}
