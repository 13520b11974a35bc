namespace Micro.Testing;

/// <summary>
/// Time that stands still until a test moves it. Timers run on the thread that calls <see cref="Advance"/>.
/// The timestamp frequency is not that of ticks on purpose, to catch code that assumes units of 100 ns. Safe for
/// concurrent use.
/// </summary>
/// <remarks>
/// <c>Task.Delay</c>, <c>WaitAsync</c> and <c>CancelAfter</c> count whole milliseconds: what is shorter than one
/// completes at once and arms no timer, here as on any clock. A test that waits for that timer waits in vain.
/// </remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    private const long UnitsPerTick = 4;

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly SemaphoreSlim _armed = new(0);
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _elapsed;
    private TimeSpan _target;

    /// <summary>
    /// Four units per tick: both directions of the conversion are exact, so that after <see cref="Advance"/> exactly
    /// that time has passed, wherever it began.
    /// </summary>
    public override long TimestampFrequency => UnitsPerTick * TimeSpan.TicksPerSecond;

    /// <summary>How many timers wait to fire.</summary>
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

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _elapsed.Ticks * UnitsPerTick;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Jumps the wall clock without moving monotonic time, as an operator or NTP does.</summary>
    public void JumpWallClock(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
        }
    }

    /// <summary>
    /// Moves time; due timers fire in order, each at its own time. What concurrent callers ask for adds up; each
    /// returns when its share has passed.
    /// </summary>
    public void Advance(TimeSpan by)
    {
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
    public async Task WaitForTimersAsync(int count = 1)
    {
        while (ActiveTimers < count)
        {
            if (!await _armed.WaitAsync(TimeSpan.FromSeconds(10)))
            {
                throw new TimeoutException($"waited for {count} armed timers, saw {ActiveTimers}");
            }
        }
    }

    /// <summary>Passes time up to the next timer that is due, or to the target when none is.</summary>
    private ManualTimer? PassToNext(TimeSpan target)
    {
        lock (_gate)
        {
            var next = _timers.Where(timer => timer.Due <= target).MinBy(timer => timer.Due);
            var reached = next?.Due ?? target;

            // Another caller may have been here already; time never goes back.
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
            }

            owner._armed.Release();
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
