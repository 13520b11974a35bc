namespace Micro.Client;

/// <summary>
/// Bounds retries to a share of the calls, or to a number per second where that is more, so that clients do not multiply the
/// load on a service that is overloaded. What is not used is kept for five seconds: enough to repeat what was in flight at a
/// node that dies. Safe for concurrent use.
/// </summary>
internal sealed class RetryBudget(double ratio, double floorPerSecond, TimeProvider timeProvider)
{
    private const double KeptSeconds = 5;

    private readonly Lock _gate = new();
    private long _calls;

    /// <summary>Retries that may be made now. One second of the floor is there at the start.</summary>
    private double _retries = floorPerSecond > 0 ? Math.Max(1, floorPerSecond) : 0;

    /// <summary>The most that is kept: what five seconds like the last ones give.</summary>
    private double _capacity = floorPerSecond * KeptSeconds;
    /// <summary>By how much the share of recent calls has outrun the floor, at most by a second of the floor.</summary>
    private double _ahead;
    private long _refilledAt = timeProvider.GetTimestamp();

    public void OnCall() => Interlocked.Increment(ref _calls);

    public bool TryTakeRetry()
    {
        lock (_gate)
        {
            Refill();
            if (_retries < 1)
            {
                return false;
            }

            _retries--;
            return true;
        }
    }

    private void Refill()
    {
        var now = timeProvider.GetTimestamp();
        var seconds = timeProvider.GetElapsedTime(_refilledAt, now).TotalSeconds;
        _refilledAt = now;
        var share = Interlocked.Exchange(ref _calls, 0) * ratio;
        var ahead = _ahead + share - (seconds * floorPerSecond);
        _ahead = Math.Clamp(ahead, 0, floorPerSecond);
        var earned = share + Math.Max(0, -ahead);
        _capacity = seconds < KeptSeconds ? (_capacity * (1 - (seconds / KeptSeconds))) + earned : earned / seconds * KeptSeconds;
        _retries = Math.Min(_retries + earned, Math.Max(_retries, _capacity));
    }
}
