using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Transport;

/// <summary>
/// Notices that the process stood still (stopped, frozen, starved), by ticks that did not come. Requests that are read right
/// afterwards may have waited in their sockets for as long, so their deadlines may have passed and their callers may be gone.
/// Nothing says when the bytes came: the pause is the most that they can have waited. So a request counts as too late when
/// the pause is all the time it has left, and is refused as not executed, which costs a caller that still waits one more
/// attempt elsewhere. Requests with more time left are executed as usual. What limits the time of peers goes by the running
/// time, which leaves pauses out. Safe for concurrent use.
/// </summary>
internal sealed class PauseWatch : IDisposable
{
    /// <summary>
    /// Time to read what else waited in the sockets, such as cancellations, before calls that waited with it begin.
    /// </summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <summary>Ticks that are late by less are those of a busy machine.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(600);

    /// <summary>For so long after a pause, and no longer than the pause was, what is read counts as having waited.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly long _shortest;
    private readonly ITimer _timer;
    private long _lastTick;
    private long _aftermathEnd = long.MinValue;
    private long _pause;
    private long _pauses;

    public PauseWatch(TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _shortest = time.Units(Shortest);
        _lastTick = time.GetTimestamp();
        _timer = time.CreateTimer(static watch => ((PauseWatch)watch!).Tick(), this, Period, Period);
    }

    /// <summary>
    /// Returns the present timestamp less all time for which the process stood still: a peer is not late because nobody read
    /// what it sent.
    /// </summary>
    public long RunningTime()
    {
        var now = _time.GetTimestamp();
        NoticeAt(now);
        return now - Volatile.Read(ref _pauses);
    }

    /// <summary>Returns how long a request that is read now may have waited while the process stood still; zero as a rule.</summary>
    /// <param name="now">The present timestamp.</param>
    public TimeSpan PauseBefore(long now)
    {
        NoticeAt(now);
        return now < Volatile.Read(ref _aftermathEnd) ? _time.GetElapsedTime(0, Volatile.Read(ref _pause)) : TimeSpan.Zero;
    }

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        var now = _time.GetTimestamp();
        if (now - Volatile.Read(ref _lastTick) > _shortest)
        {
            Notice(now);
        }
        else
        {
            Volatile.Write(ref _lastTick, now);
        }
    }

    /// <summary>Connections may be read, or looked at, before the timer's thread has its turn.</summary>
    private void NoticeAt(long now)
    {
        if (now - Volatile.Read(ref _lastTick) > _shortest)
        {
            Notice(now);
        }
    }

    private void Notice(long now)
    {
        long pause;
        lock (_gate)
        {
            if (now - _lastTick <= _shortest)
            {
                return; // another thread was faster
            }

            // The process ran for at most a period after the last tick.
            pause = now - _lastTick - _time.Units(Period);
            Volatile.Write(ref _pause, pause);
            Volatile.Write(ref _pauses, _pauses + pause);
            Volatile.Write(ref _aftermathEnd, now + Math.Min(pause, _time.Units(Aftermath)));
            Volatile.Write(ref _lastTick, now);
        }

        _logger.StoodStill(_time.GetElapsedTime(0, pause));
    }
}
