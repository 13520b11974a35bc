using System.Threading.Channels;
using Micro.Testing;

namespace Micro.Server.Registrations;

/// <summary>Manual time that reports each pause of the loop, so that a test moves time exactly when it sleeps.</summary>
internal sealed class PauseClock : TimeProvider
{
    private readonly ManualTimeProvider _time = new();
    private readonly Channel<TimeSpan> _pauses = Channel.CreateUnbounded<TimeSpan>();

    public override long TimestampFrequency => _time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = _time.CreateTimer(callback, state, dueTime, period);

        // Only the loop's own pause has a completion source as its state; time limits of calls have other ones.
        if (state is TaskCompletionSource)
        {
            _pauses.Writer.TryWrite(dueTime);
        }

        return timer;
    }

    public void Advance(TimeSpan by) => _time.Advance(by);

    public void JumpWallClock(TimeSpan by) => _time.JumpWallClock(by);

    /// <summary>Waits until the loop sleeps and returns the pause.</summary>
    public async Task<TimeSpan> NextPauseAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _pauses.Reader.ReadAsync(limit.Token);
    }

    /// <summary>Waits until the loop sleeps, and lets that time pass.</summary>
    public async Task<TimeSpan> PassPauseAsync()
    {
        var pause = await NextPauseAsync();
        Advance(pause);
        return pause;
    }

    /// <summary>
    /// Lets time pass in small steps until something is so. For time limits of calls, whose timers may be armed a
    /// moment later than the call is seen.
    /// </summary>
    public Task PassUntilAsync(Func<bool> condition, string what) =>
        Eventually.TrueAsync(
            () =>
            {
                if (condition())
                {
                    return true;
                }

                Advance(TimeSpan.FromMilliseconds(250));
                return false;
            },
            what);
}
