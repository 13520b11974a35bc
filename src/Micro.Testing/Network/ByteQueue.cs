namespace Micro.Testing.Network;

/// <summary>
/// One direction of a connection in memory, bounded as the buffers of a socket are, so that a writer waits for a slow reader.
/// One reader and one writer at a time; ending it is safe from any thread.
/// </summary>
internal sealed class ByteQueue
{
    /// <summary>The common size of a socket's buffers.</summary>
    private const int Capacity = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly byte[] _bytes = new byte[Capacity];
    private int _start;
    private int _count;
    private bool _isEnded;
    private bool _isAbandoned;
    private bool _isReset;
    private TaskCompletionSource? _readable;
    private TaskCompletionSource? _writable;

    /// <summary>Waits for bytes; an empty buffer only waits.</summary>
    /// <returns>The number of bytes read; 0 at the end.</returns>
    /// <exception cref="IOException">The connection was reset, and all bytes before that were read.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task readable;
            lock (_gate)
            {
                if (_isAbandoned)
                {
                    throw Ended("the connection was closed here");
                }

                if (_count > 0)
                {
                    return buffer.IsEmpty ? 0 : Take(buffer.Span);
                }

                if (_isReset)
                {
                    throw Ended("the connection was reset by the other side");
                }

                if (_isEnded)
                {
                    return 0;
                }

                readable = (_readable ??= NewSignal()).Task;
            }

            await readable.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds bytes, waiting for room.</summary>
    /// <exception cref="IOException">The reader has stopped.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task writable;
            lock (_gate)
            {
                if (_isEnded || _isAbandoned || _isReset)
                {
                    throw Ended("the other side has stopped reading the connection");
                }

                bytes = bytes[Put(bytes.Span)..];
                if (bytes.IsEmpty)
                {
                    return;
                }

                writable = (_writable ??= NewSignal()).Task;
            }

            await writable.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends writing: the reader reads the rest, then the end.</summary>
    public void End() => Change(static queue => queue._isEnded = true);

    /// <summary>Ends reading: the writer gets an error.</summary>
    public void Abandon() => Change(static queue => queue._isAbandoned = true);

    /// <summary>Resets the connection: the reader reads what has arrived, then both get errors.</summary>
    public void Reset() => Change(static queue => queue._isReset = true);

    private static IOException Ended(string why) => new(why, new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionReset));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(Action<ByteQueue> change)
    {
        lock (_gate)
        {
            change(this);
            Wake(ref _readable);
            Wake(ref _writable);
        }
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _count);
        var first = Math.Min(count, Capacity - _start);
        _bytes.AsSpan(_start, first).CopyTo(buffer);
        _bytes.AsSpan(0, count - first).CopyTo(buffer[first..]);
        _start = (_start + count) % Capacity;
        _count -= count;
        Wake(ref _writable);
        return count;
    }

    private int Put(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, Capacity - _count);
        var end = (_start + _count) % Capacity;
        var first = Math.Min(count, Capacity - end);
        bytes[..first].CopyTo(_bytes.AsSpan(end));
        bytes[first..count].CopyTo(_bytes);
        _count += count;
        Wake(ref _readable);
        return count;
    }

    private static void Wake(ref TaskCompletionSource? signal)
    {
        signal?.TrySetResult();
        signal = null;
    }
}
