using System.Runtime.CompilerServices;

namespace Micro.Transport.Grpc.Client;

/// <summary>One connection in the hands of the HTTP/2 handler; tells when it closes.</summary>
internal sealed class NodeConnection(Stream connection, NodeConnections owner, RefusalWatch? watch, TimeProvider time) : ConnectionStream
{
    /// <summary>How long a failed write waits for the reader. Of a socket that fails the reader hears at once.</summary>
    private static readonly TimeSpan LongestLastWords = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _readingEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isClosed;

    /// <summary>Whether its owner counts it, and so has to know of its end.</summary>
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
            watch.See(buffer.Span[..count]);
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
    /// A server that has closed said before which calls it will not run (GOAWAY, RFC 9113, section 6.8), and only those may be
    /// made again. The handler forgets to read that when a write fails, so the failure waits until all was read.
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
            await Task.WhenAny(_readingEnded.Task, Task.Delay(LongestLastWords, time, CancellationToken.None)).ConfigureAwait(false);
            throw;
        }
    }
}
