namespace Micro.Client;

/// <summary>
/// Bounds retries to a share of the calls, or to a number per second where that is more, so that clients do not multiply the
/// load on a service that is overloaded. Calls fill the store, retries empty it; it holds ten seconds of the floor.
/// </summary>
internal sealed class RetryBudget
{
    private const long Scale = 1000;

    private static readonly TimeSpan ShortestRefill = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _timeProvider;
    private readonly long _perCall;
    private readonly double _perSecond;
    private readonly long _capacity;
    private long _tokens;
    private long _paidByCalls;
    private long _refilledAt;

    public RetryBudget(double ratio, double floorPerSecond, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _perCall = (long)(ratio * Scale);
        _perSecond = floorPerSecond * Scale;

        // Ten seconds of the floor, and without a floor the share of a hundred calls. One second of it is there at the start.
        _capacity = Math.Max((long)(_perSecond * 10), _perCall * 100);
        _tokens = _perSecond > 0 ? Math.Min(_capacity, Math.Max((long)_perSecond, Scale)) : 0;
        _refilledAt = timeProvider.GetTimestamp();
    }

    public void OnCall()
    {
        if (Volatile.Read(ref _tokens) < _capacity)
        {
            Interlocked.Add(ref _tokens, _perCall);
            Interlocked.Add(ref _paidByCalls, _perCall);
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

    /// <summary>Adds what the floor gives beyond the share of the calls made meanwhile.</summary>
    private void Refill()
    {
        var last = Volatile.Read(ref _refilledAt);
        var now = _timeProvider.GetTimestamp();
        var elapsed = _timeProvider.GetElapsedTime(last, now);
        if (elapsed >= ShortestRefill && Interlocked.CompareExchange(ref _refilledAt, now, last) == last)
        {
            var earned = (long)(elapsed.TotalSeconds * _perSecond) - Interlocked.Exchange(ref _paidByCalls, 0);
            var room = _capacity - Volatile.Read(ref _tokens);
            Interlocked.Add(ref _tokens, Math.Clamp(earned, 0, Math.Max(0, room)));
        }
    }
}
