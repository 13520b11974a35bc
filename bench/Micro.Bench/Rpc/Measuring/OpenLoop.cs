using System.Diagnostics;
using System.Threading.Channels;
using Micro.Bench.Rpc.Rows;

namespace Micro.Bench.Rpc.Measuring;

/// <summary>
/// Calls are due at even distances, whatever became of those before; whichever caller is free takes the next, and its
/// time counts from when it was due. A stall thus shows as many slow calls, not as fewer calls.
/// </summary>
/// <param name="callsPerSecond">How many are due.</param>
/// <param name="batch">How many one <see cref="ICaller.CallAsync"/> makes.</param>
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
