using Micro.Registry.Consul.Http;

namespace Micro.Registry.Consul.Watching;

/// <summary>The pauses of watches, all with jitter: between queries, while polling and after failures.</summary>
internal sealed class WatchPace
{
    private const int MaxDoublings = 6;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);
    private readonly TimeProvider _time;
    private readonly Random _random;
    private TaskCompletionSource _recovered = NewSignal();

    public WatchPace(ConsulHttp http, TimeProvider time, Random random)
    {
        (_time, _random) = (time, random);
        http.Recovered = () => Interlocked.Exchange(ref _recovered, NewSignal()).TrySetResult();
    }

    public long Now => _time.GetTimestamp();

    /// <summary>After a success: queries of one watch never follow each other faster than every 100 ms.</summary>
    public Task AfterAnswerAsync(long started, CancellationToken cancellationToken)
    {
        var left = Shortest - _time.GetElapsedTime(started);
        return left > TimeSpan.Zero ? Task.Delay(left, _time, cancellationToken) : Task.CompletedTask;
    }

    public Task BeforePollAsync(CancellationToken cancellationToken) => Task.Delay(Jitter.Spread(Poll, _random), _time, cancellationToken);

    /// <summary>The pause after the n-th failure in a row; a refusal is not repeated soon.</summary>
    public TimeSpan AfterFailure(int failures, bool isDenied)
    {
        if (isDenied)
        {
            return Jitter.Extend(LongestRetry, _random);
        }

        var pause = FirstRetry * Math.Pow(2, Math.Min(failures - 1, MaxDoublings));
        return Jitter.Spread(pause < LongestRetry ? pause : LongestRetry, _random);
    }

    /// <summary>Waits after a failure. When an agent answers again meanwhile, the wait ends soon, but not for all watches at once.</summary>
    public async Task WaitAsync(TimeSpan pause, bool isDenied, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var elapsed = Task.Delay(pause, _time, stop.Token);
        var recovered = isDenied ? elapsed : Volatile.Read(ref _recovered).Task;
        if (await Task.WhenAny(elapsed, recovered).ConfigureAwait(false) == recovered && recovered != elapsed)
        {
            await Task.Delay(Jitter.Spread(Shortest, _random), _time, cancellationToken).ConfigureAwait(false);
        }

        await stop.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
