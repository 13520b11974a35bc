using System.Diagnostics;

namespace Micro.Testing;

/// <summary>
/// Time that stands still until a test moves it. Timers run on the thread that calls <see cref="Advance"/>.
/// The timestamp frequency deliberately differs from that of ticks, to catch code that assumes units of 100 ns. Safe for
/// concurrent use.
/// </summary>
/// <remarks>
/// <c>Task.Delay</c>, <c>WaitAsync</c> and <c>CancelAfter</c> count whole milliseconds. A delay below 1 ms completes at once
/// and arms no timer, as on any clock, so a test cannot wait for that timer.
/// </remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    private const long UnitsPerTick = 4;

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private TaskCompletionSource _armed = NewSignal();
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _elapsed;
    private TimeSpan _target;

    /// <summary>
    /// Four units per tick, so conversions in both directions are exact: after <see cref="Advance"/> exactly that time has
    /// passed.
    /// </summary>
    public override long TimestampFrequency => UnitsPerTick * TimeSpan.TicksPerSecond;

    /// <summary>The number of armed timers.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>The wall clock: 1 January 2026, 00:00 UTC, plus the time that passed and all jumps.</summary>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <summary>The time that has passed, in units of <see cref="TimestampFrequency"/>.</summary>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _elapsed.Ticks * UnitsPerTick;
        }
    }

    /// <summary>Arms a timer that fires within <see cref="Advance"/>.</summary>
    /// <param name="callback">The callback to run.</param>
    /// <param name="state">The argument of the callback.</param>
    /// <param name="dueTime">The delay; negative for no delay, infinite for never.</param>
    /// <param name="period">Time between further runs; zero or infinite for one run only.</param>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Jumps the wall clock without moving monotonic time, as an operator or NTP does.</summary>
    /// <param name="by">The step, forward or back.</param>
    public void JumpWallClock(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
        }
    }

    /// <summary>
    /// Moves time; due timers fire in order, each at its own time. Concurrent advances add up; each returns when its share
    /// has passed.
    /// </summary>
    /// <param name="by">The time that passes; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan target;
        lock (_gate)
        {
            target = _target += by;
        }

        while (PassToNext(target) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>Waits (in real time, bounded) until some code has armed at least <paramref name="count"/> timers.</summary>
    /// <param name="count">The number of timers.</param>
    /// <exception cref="TimeoutException">No timer was armed for 10 s.</exception>
    public async Task WaitForTimersAsync(int count = 1)
    {
        while (true)
        {
            Task armed;
            int active;
            lock (_gate)
            {
                (active, armed) = (_timers.Count, _armed.Task);
            }

            if (active >= count)
            {
                return;
            }

            try
            {
                await armed.WaitAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(false);
            }
            catch (TimeoutException exception)
            {
                throw new TimeoutException($"waited for {count} armed timers, saw {active}", exception);
            }
        }
    }

    /// <summary>
    /// Moves time step by step until a condition holds. Each step waits for the effects of the previous one on the thread pool.
    /// </summary>
    /// <param name="condition">The condition; an exception ends the wait.</param>
    /// <param name="what">The awaited condition, as it reads after "not within 120 s, with time passing: ".</param>
    /// <param name="step">The time that passes in one step; positive.</param>
    /// <param name="seconds">Longest wait in real time, in seconds.</param>
    /// <exception cref="TimeoutException">The condition did not hold in time.</exception>
    public async Task StepUntilAsync(Func<bool> condition, string what, TimeSpan step, int seconds = 120)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(seconds))
            {
                throw new TimeoutException($"not within {seconds} s, with time passing: {what}");
            }

            Advance(step);
            await PoolPause.WaitAsync().ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromMilliseconds(2), System, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Moves time to the next due timer, or to the target when no timer is due.</summary>
    private ManualTimer? PassToNext(TimeSpan target)
    {
        lock (_gate)
        {
            var next = _timers.Where(timer => timer.Due <= target).MinBy(timer => timer.Due);
            var reached = next?.Due ?? target;

            // Another caller may have moved time further; it never goes back.
            if (reached > _elapsed)
            {
                _now += reached - _elapsed;
                _elapsed = reached;
            }

            next?.Rearm(_timers);
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            TaskCompletionSource armed;
            lock (owner._gate)
            {
                owner._timers.Remove(this);
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    return true;
                }

                Due = owner._elapsed + (dueTime < TimeSpan.Zero ? TimeSpan.Zero : dueTime);
                owner._timers.Add(this);
                (armed, owner._armed) = (owner._armed, NewSignal());
            }

            armed.TrySetResult();
            return true;
        }

        public void Rearm(List<ManualTimer> timers)
        {
            timers.Remove(this);
            if (_period > TimeSpan.Zero)
            {
                Due += _period;
                timers.Add(this);
            }
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
