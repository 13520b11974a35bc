namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>One connection in the hands of the HTTP/2 handler; tells when it closes.</summary>
internal sealed class NodeConnection(Stream connection, NodeConnections owner, RefusalWatch? watch) : ConnectionStream
{
    private int _isClosed;

    /// <summary>Whether its owner counts it, and so has to know of its end.</summary>
    public bool IsCounted { get; set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        watch?.IsDone != false ? connection.ReadAsync(buffer, cancellationToken) : WatchAsync(watch, buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        connection.WriteAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        connection.Dispose();
        base.Dispose(disposing);
        if (Interlocked.Exchange(ref _isClosed, 1) == 0 && IsCounted)
        {
            owner.OnClosed();
        }
    }

    private async ValueTask<int> WatchAsync(RefusalWatch refusals, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await connection.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        refusals.See(buffer.Span[..count]);
        return count;
    }
}
