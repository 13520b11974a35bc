using System.Runtime.CompilerServices;

namespace Micro.Transport.Grpc.Client;

/// <summary>One connection that the HTTP/2 handler uses; reports its end.</summary>
internal sealed class NodeConnection(Stream connection, NodeConnections owner, RefusalWatch? watch, TimeProvider time) : ConnectionStream
{
    /// <summary>The time for which a failed write waits for the reader, which sees the failure of a socket at once.</summary>
    private static readonly TimeSpan MaxReadDelay = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _readingEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isClosed;

    /// <summary>Gets or sets whether the owner counts it and must be notified of its end.</summary>
    public bool IsCounted { get; set; }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = 0;
        try
        {
            count = await connection.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (count == 0 && buffer.Length > 0)
            {
                _readingEnded.TrySetResult();
            }
        }

        if (count > 0 && IsCounted)
        {
            owner.OnHeard();
        }

        if (watch is { IsDone: false })
        {
            watch.Inspect(buffer.Span[..count]);
        }

        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var write = connection.WriteAsync(buffer, cancellationToken);
        return write.IsCompletedSuccessfully ? write : FinishAsync(write);
    }

    protected override void Dispose(bool disposing)
    {
        connection.Dispose();
        base.Dispose(disposing);
        _readingEnded.TrySetResult();
        if (Interlocked.Exchange(ref _isClosed, 1) == 0 && IsCounted)
        {
            owner.OnClosed();
        }
    }

    /// <summary>
    /// Delays a failed write until everything was read. A server that closes first reports which calls it will not run (GOAWAY,
    /// RFC 9113, section 6.8), and only those may be repeated; the handler would not read that after a failed write.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (IOException)
        {
            await Task.WhenAny(_readingEnded.Task, Task.Delay(MaxReadDelay, time, CancellationToken.None)).ConfigureAwait(false);
            throw;
        }
    }
}
