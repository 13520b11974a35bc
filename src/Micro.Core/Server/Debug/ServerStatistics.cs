namespace Micro.Server.Debug;

/// <summary>The counts of a server since its start. Safe for concurrent use.</summary>
internal sealed class ServerStatistics(TimeProvider timeProvider)
{
    private readonly long _started = timeProvider.GetTimestamp();
    private long _requests;
    private long _errors;

    public DateTimeOffset Started { get; } = timeProvider.GetUtcNow();

    /// <summary>Time since the start, on the monotonic clock.</summary>
    public TimeSpan Uptime => timeProvider.GetElapsedTime(_started);

    public DateTimeOffset Now => timeProvider.GetUtcNow();

    public long Requests => Interlocked.Read(ref _requests);

    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Counts an accepted request.</summary>
    public void CountRequest() => Interlocked.Increment(ref _requests);

    /// <summary>Counts a request that was answered with an error.</summary>
    public void CountError() => Interlocked.Increment(ref _errors);
}
