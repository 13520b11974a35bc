using Micro.Selection;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Client;

/// <summary>
/// The timer of one attempt: cancels it at its limit, and checks its node while it waits. A timer that did not fire is
/// reused by the next attempt.
/// </summary>
internal sealed class AttemptTimer : IResettable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly SilenceWatch _watch;
    private readonly CancellationTokenSource _source = new();
    private readonly ITimer _timer;
    private readonly long _tolerance;
    private CallPlan? _plan;
    private NodePick _pick;
    private int _number;
    private int _version;
    private long _startedAt;
    private long _deadline;
    private long _lookAt;
    private bool _isCancelling;

    public AttemptTimer(TimeProvider time, SilenceWatch watch)
    {
        _time = time;
        _watch = watch;

        // Timers count whole milliseconds and may fire up to one early.
        _tolerance = Ticks(TimeSpan.FromMilliseconds(1));

        // The timer outlives the call that created it and must not keep its ambient values.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _timer = time.CreateTimer(static timer => ((AttemptTimer)timer!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancels the attempt.</summary>
    public CancellationTokenSource Source => _source;

    public CancellationToken Token => _source.Token;

    /// <summary>Gets whether the attempt was cancelled so that the call can try another node.</summary>
    public bool WasAbandoned { get; private set; }

    /// <summary>Starts the timer; return it to its pool when the attempt is over.</summary>
    /// <param name="plan">The call.</param>
    /// <param name="pick">The node of the attempt.</param>
    /// <param name="number">Number of the attempt; 0 is the first.</param>
    /// <param name="startedAt">Timestamp of its start.</param>
    /// <param name="limit">Time limit of the attempt.</param>
    public void Start(CallPlan plan, in NodePick pick, int number, long startedAt, TimeSpan limit)
    {
        lock (_gate)
        {
            (_plan, _pick, _number, _startedAt) = (plan, pick, number, startedAt);
            _deadline = startedAt + Ticks(limit);
            var first = SilenceWatch.FirstCheck(plan, in pick, limit);
            _lookAt = first is { } look ? startedAt + Ticks(look) : long.MaxValue;
            _timer.Change(first ?? limit, Timeout.InfiniteTimeSpan);
        }
    }

    public bool TryReset()
    {
        lock (_gate)
        {
            _version++;
            _plan = null;
            _pick = default;
            if (_isCancelling)
            {
                return false;
            }

            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        return _source.TryReset();
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private void OnTimer()
    {
        int version;
        lock (_gate)
        {
            if (_plan is null || _isCancelling)
            {
                return;
            }

            var now = _time.GetTimestamp() + _tolerance;
            version = now >= _lookAt ? _version : -1;
            if (now >= _deadline)
            {
                _isCancelling = true;
            }
            else
            {
                _lookAt = now >= _lookAt ? long.MaxValue : _lookAt;
                Arm();
            }
        }

        if (_isCancelling)
        {
            Cancel();
        }
        else if (version >= 0)
        {
            _ = CheckAsync(version);
        }
    }

    private async Task CheckAsync(int version)
    {
        (CallPlan Plan, NodePick Pick, int Number, long StartedAt) attempt;
        lock (_gate)
        {
            if (_version != version)
            {
                return;
            }

            attempt = (_plan!, _pick, _number, _startedAt);
        }

        var pause = await _watch.CheckAsync(attempt.Plan, attempt.Pick, attempt.Number, attempt.StartedAt).ConfigureAwait(false);
        lock (_gate)
        {
            if (_version != version || _isCancelling)
            {
                return;
            }

            if (pause is { } next)
            {
                _lookAt = next == Timeout.InfiniteTimeSpan ? long.MaxValue : _time.GetTimestamp() + Ticks(next);
                Arm();
                return;
            }

            attempt.Plan.IsRetryCharged = true;
            WasAbandoned = _isCancelling = true;
        }

        Cancel();
    }

    private void Arm()
    {
        var left = _time.GetElapsedTime(_time.GetTimestamp(), Math.Min(_lookAt, _deadline));
        _timer.Change(left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The attempt has just ended.
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
