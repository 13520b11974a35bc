using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Transport;

/// <summary>
/// Detects pauses of the process (stopped, frozen, starved) by missing ticks. Requests read right afterwards may have waited
/// in their sockets for as long, so their deadlines may have passed and their callers may be gone. The arrival time of bytes
/// is unknown, so the pause is the upper bound of their wait. A request whose remaining time does not exceed the pause is
/// refused as not executed; a caller that still waits retries on another node. Other requests are executed as usual. Time
/// limits of peers use the running time, which excludes pauses. Safe for concurrent use.
/// </summary>
internal sealed class PauseWatch : IDisposable
{
    /// <summary>
    /// Time to read other waiting bytes, such as cancellations, before waiting calls begin.
    /// </summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <summary>Ticks that are late by less indicate a busy machine.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(600);

    /// <summary>The time after a pause, at most its length, in which bytes read count as having waited.</summary>
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
    /// Returns the current timestamp without all pauses of the process: a peer is not late while this process does not read.
    /// </summary>
    public long RunningTime()
    {
        var now = _time.GetTimestamp();
        DetectAt(now);
        return now - Volatile.Read(ref _pauses);
    }

    /// <summary>Returns how long a request that is read now may have waited in a pause of the process; usually zero.</summary>
    /// <param name="now">The current timestamp.</param>
    public TimeSpan PauseBefore(long now)
    {
        DetectAt(now);
        return now < Volatile.Read(ref _aftermathEnd) ? _time.GetElapsedTime(0, Volatile.Read(ref _pause)) : TimeSpan.Zero;
    }

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        var now = _time.GetTimestamp();
        if (now - Volatile.Read(ref _lastTick) > _shortest)
        {
            Detect(now);
        }
        else
        {
            Volatile.Write(ref _lastTick, now);
        }
    }

    /// <summary>Detects a pause before the timer fires, because connections may be read earlier.</summary>
    private void DetectAt(long now)
    {
        if (now - Volatile.Read(ref _lastTick) > _shortest)
        {
            Detect(now);
        }
    }

    private void Detect(long now)
    {
        long pause;
        lock (_gate)
        {
            if (now - _lastTick <= _shortest)
            {
                return; // detected by another thread
            }

            // The process ran for at most a period after the last tick.
            pause = now - _lastTick - _time.Units(Period);
            Volatile.Write(ref _pause, pause);
            Volatile.Write(ref _pauses, _pauses + pause);
            Volatile.Write(ref _aftermathEnd, now + Math.Min(pause, _time.Units(Aftermath)));
            Volatile.Write(ref _lastTick, now);
        }

        _logger.ProcessPaused(_time.GetElapsedTime(0, pause));
    }
}
