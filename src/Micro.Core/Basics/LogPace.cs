namespace Micro.Basics;

/// <summary>
/// Lets one log message through in a while and counts those between: what strangers cause must not fill the log. Safe for
/// concurrent use.
/// </summary>
/// <param name="time">The clock; its monotonic time is used.</param>
internal sealed class LogPace(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _passedAt;
    private long _held;

    /// <summary>Returns <see langword="true"/> if a message is to be logged now: the first, and one in ten seconds.</summary>
    /// <param name="unlogged">Messages that were held back since the last one.</param>
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
