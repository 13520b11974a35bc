namespace Micro.Client;

/// <summary>
/// Bounds retries to a share of the calls, or to a number per second where that is more, so that clients do not multiply the
/// load on an overloaded service. The unused budget is kept for five seconds: enough to repeat the calls in flight at a
/// node that dies. Safe for concurrent use.
/// </summary>
internal sealed class RetryBudget(double ratio, double floorPerSecond, TimeProvider timeProvider)
{
    private const double KeptSeconds = 5;

    private readonly Lock _gate = new();
    private long _calls;

    /// <summary>The current budget. It starts with one second of the floor.</summary>
    private double _retries = floorPerSecond > 0 ? Math.Max(1, floorPerSecond) : 0;

    /// <summary>The maximum budget: that of five seconds at the current rate.</summary>
    private double _capacity = floorPerSecond * KeptSeconds;
    /// <summary>The excess of the share of recent calls over the floor, at most a second of the floor.</summary>
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
