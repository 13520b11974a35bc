namespace Micro.Client;

/// <summary>
/// Bounds retries to a share of the calls plus a floor per second, so that clients do not multiply the load on a
/// service that is overloaded. A bucket of ten seconds; calls fill it, retries empty it.
/// </summary>
internal sealed class RetryBudget
{
    private const long Scale = 1000;

    private readonly TimeProvider _timeProvider;
    private readonly long _perCall;
    private readonly double _perSecond;
    private readonly long _capacity;
    private long _tokens;
    private long _refilledAt;

    public RetryBudget(double ratio, double floorPerSecond, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _perCall = (long)(ratio * Scale);
        _perSecond = floorPerSecond * Scale;

        // Ten seconds of the floor, and room for the share of a thousand calls.
        _capacity = (long)(_perSecond * 10) + (_perCall * 1000);
        _tokens = (long)Math.Min(_capacity, _perSecond * 10);
        _refilledAt = timeProvider.GetTimestamp();
    }

    public void OnCall()
    {
        if (Volatile.Read(ref _tokens) < _capacity)
        {
            Interlocked.Add(ref _tokens, _perCall);
        }
    }

    public bool TryTakeRetry()
    {
        Refill();
        if (Interlocked.Add(ref _tokens, -Scale) >= 0)
        {
            return true;
        }

        Interlocked.Add(ref _tokens, Scale);
        return false;
    }

    private void Refill()
    {
        var last = Volatile.Read(ref _refilledAt);
        var now = _timeProvider.GetTimestamp();
        var earned = (long)(_timeProvider.GetElapsedTime(last, now).TotalSeconds * _perSecond);
        if (earned > 0 && Interlocked.CompareExchange(ref _refilledAt, now, last) == last)
        {
            var room = _capacity - Volatile.Read(ref _tokens);
            Interlocked.Add(ref _tokens, Math.Clamp(earned, 0, Math.Max(0, room)));
        }
    }
}
