using Micro.Basics;

namespace Micro.Registry.Consul.Watching;

/// <summary>The pauses of watches, all with jitter: between queries, while polling and after failures.</summary>
internal sealed class WatchPace(TimeProvider time, Random random)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPolling = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPolling = TimeSpan.FromMinutes(10);

    public TimeProvider Time => time;

    public long Now => time.GetTimestamp();

    public TimeSpan Since(long start) => time.GetElapsedTime(start);

    /// <summary>After a success: queries of one watch never follow each other faster than every 100 ms.</summary>
    public Task AfterAnswerAsync(long started, CancellationToken cancellationToken)
    {
        var left = Shortest - time.GetElapsedTime(started);
        return left > TimeSpan.Zero ? WaitAsync(left, cancellationToken) : Task.CompletedTask;
    }

    public Task BeforePollAsync(CancellationToken cancellationToken) => WaitAsync(Jitter.Spread(Poll, random), cancellationToken);

    /// <summary>
    /// Returns the pause after the n-th failure in a row. A refusal is not repeated soon; an agent that cannot be reached is
    /// asked again when its next connection is tried, but not by all watches of the process at once.
    /// </summary>
    public TimeSpan AfterFailure(int failures, Exception exception) => exception switch
    {
        RegistryDeniedException => Jitter.Extend(LongestRetry, random),
        RegistryUnavailableException { RetryAfter: { } attempt } => attempt + Jitter.Spread(Shortest, random),
        _ => Jitter.Backoff(FirstRetry, LongestRetry, failures, random),
    };

    /// <summary>Returns for how long a watch polls whose queries could not be held, the n-th time in a row.</summary>
    public TimeSpan PollingFor(int times)
    {
        var length = FirstPolling * Math.Pow(2, Math.Min(times - 1, 10));
        return Jitter.Spread(length < LongestPolling ? length : LongestPolling, random);
    }

    public Task WaitAsync(TimeSpan pause, CancellationToken cancellationToken) => Task.Delay(pause, time, cancellationToken);
}
