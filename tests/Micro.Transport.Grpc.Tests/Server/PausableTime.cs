using Micro.Testing;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Time of a process that can stand still: time passes without any timer of it firing.</summary>
internal sealed class PausableTime : TimeProvider
{
    private readonly ManualTimeProvider _running = new();
    private long _stoodStill;

    public override long TimestampFrequency => _running.TimestampFrequency;

    public override long GetTimestamp() => _running.GetTimestamp() + Volatile.Read(ref _stoodStill);

    public override DateTimeOffset GetUtcNow() => _running.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _running.CreateTimer(callback, state, dueTime, period);

    public void StandStill(TimeSpan time) => Interlocked.Add(ref _stoodStill, (long)(time.TotalSeconds * TimestampFrequency));

    public void Advance(TimeSpan time) => _running.Advance(time);

    public Task WaitUntilNoticedAsync(GrpcServerFixture fixture) =>
        Eventually.TrueAsync(() => fixture.Logs.Entries.Any(entry => entry.Id.Name == "ProcessPaused"), "the first request after the pause is read");

    /// <summary>Lets the time pass for which the server holds a call back.</summary>
    public async Task SettleAsync(GrpcServerFixture fixture, Func<bool> isDone)
    {
        await WaitUntilNoticedAsync(fixture);
        await Eventually.TrueAsync(
            () =>
            {
                _running.Advance(TimeSpan.FromMilliseconds(50));
                return isDone();
            },
            "the call ends");
    }
}
