using Micro.Testing;

namespace Micro.Registry.Consul.Tests;

/// <summary>Fake time that passes only while the code under test sleeps, not while it waits for an answer from a real socket.</summary>
/// <param name="time">The fake time.</param>
/// <param name="requestLimit">Timers of at least this length limit requests; shorter ones are sleeps.</param>
/// <param name="loops">Number of loops that sleep.</param>
internal sealed class SleepWatch(ManualTimeProvider time, TimeSpan requestLimit, int loops) : TimeProvider
{
    private int _sleeps;

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = time.CreateTimer(callback, state, dueTime, period);
        return dueTime >= TimeSpan.Zero && dueTime < requestLimit ? new Sleep(this, timer) : timer;
    }

    /// <summary>Lets time pass in steps, each when every loop sleeps.</summary>
    public async Task PassAsync(TimeSpan length, TimeSpan step)
    {
        for (var passed = TimeSpan.Zero; passed < length; passed += step)
        {
            await Eventually.TrueAsync(() => Volatile.Read(ref _sleeps) == loops, "every loop sleeps");
            time.Advance(step);
        }
    }

    private sealed class Sleep : ITimer
    {
        private readonly SleepWatch _watch;
        private readonly ITimer _timer;
        private int _isEnded;

        public Sleep(SleepWatch watch, ITimer timer)
        {
            (_watch, _timer) = (watch, timer);
            Interlocked.Increment(ref watch._sleeps);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => _timer.Change(dueTime, period);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isEnded, 1) == 0)
            {
                Interlocked.Decrement(ref _watch._sleeps);
            }

            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
