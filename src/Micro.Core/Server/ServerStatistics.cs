namespace Micro.Server;

/// <summary>What a server counts. Safe for concurrent use.</summary>
internal sealed class ServerStatistics(TimeProvider timeProvider)
{
    private long _requests;
    private long _errors;

    /// <summary>When the server was started.</summary>
    public DateTimeOffset StartedAt { get; } = timeProvider.GetUtcNow();

    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Requests that were answered with an error.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    public void OnRequest() => Interlocked.Increment(ref _requests);

    public void OnError() => Interlocked.Increment(ref _errors);
}
