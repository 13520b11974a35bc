namespace Micro.Basics;

/// <summary>
/// Limits the rate of log messages that peers can cause, and counts the suppressed ones. Safe for concurrent use.
/// </summary>
/// <param name="time">The clock; its monotonic time is used.</param>
internal sealed class LogPace(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _passedAt;
    private long _held;

    /// <summary>Returns <see langword="true"/> to log a message now: the first, and one in ten seconds.</summary>
    /// <param name="unlogged">Number of messages suppressed since the last one.</param>
    public bool TryPass(out long unlogged)
    {
        lock (_gate)
        {
            unlogged = _held;
            if (_passedAt is { } passed && time.GetElapsedTime(passed) < Pause)
            {
                _held++;
                return false;
            }

            _passedAt = time.GetTimestamp();
            _held = 0;
            return true;
        }
    }
}
