using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Micro.Transport.Grpc.Framing;

namespace Micro.Transport.Grpc.Server;

/// <summary>
/// Takes the messages of a request out of their frames, in the transport's memory. The length is checked before the message
/// is waited for; a message that has begun must go on as fast as <see cref="TransportLimits"/> asks. One reader at a time.
/// </summary>
internal sealed class RequestMessages(PipeReader input, TransportLimits limits, ConnectionReaper slow, PauseWatch pauses, TimeProvider time, bool isGzip) : IReapable, IDisposable
{
    /// <summary>The transport uses its reader again for other calls: it is not touched after the end.</summary>
    private readonly Lock _gate = new();
    private PooledBufferWriter? _unpacked;
    private SequencePosition _end;
    private long _waitingSince;
    private long _deadline = long.MaxValue;
    private bool _isWatched;

    /// <summary>The message that was read, until it is released.</summary>
    public ReadOnlySequence<byte> Message { get; private set; }

    /// <summary>Waits for the next message of a stream; false at the end.</summary>
    /// <exception cref="CallRefusal">The frame is malformed, truncated or too large.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone, or the token fired.</exception>
    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken) => ReadAsync(isOnly: false, cancellationToken);

    /// <summary>Waits for the one message of a unary call and the end behind it.</summary>
    /// <exception cref="CallRefusal">There is none, or more than one, or the frame is malformed, truncated or too large.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadOnlyAsync()
    {
        if (!await ReadAsync(isOnly: true, CancellationToken.None))
        {
            throw NotOne();
        }
    }

    /// <summary>Gives the message's memory back.</summary>
    public void Release()
    {
        Message = default;
        try
        {
            input.AdvanceTo(_end);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The caller has gone meanwhile, and the memory with it: the handler, which may still run, hears it through its token.
        }
    }

    public void CutIfLate(long now)
    {
        lock (_gate)
        {
            if (Volatile.Read(ref _deadline) < now)
            {
                input.CancelPendingRead();
            }
        }
    }

    public void Dispose()
    {
        if (_isWatched)
        {
            slow.Remove(this);
            lock (_gate)
            {
                _deadline = long.MaxValue;
            }
        }

        _unpacked?.Dispose();
    }

    private static CallRefusal NotOne() => new(StatusCode.Unimplemented, "a unary call has exactly one message");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadAsync(bool isOnly, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await WaitAsync(cancellationToken);
            if (TryTake(result, isOnly, out var isEnd))
            {
                Volatile.Write(ref _deadline, long.MaxValue);
                _waitingSince = 0;
                return !isEnd;
            }

            Advance(result.Buffer.Start, result.Buffer.End);
            if (isOnly || !result.Buffer.IsEmpty)
            {
                Watch(result.Buffer.Length);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(CancellationToken cancellationToken)
    {
        ReadResult result;
        try
        {
            result = await input.ReadAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            throw new CallerGoneException(exception);
        }

        if (!result.IsCanceled)
        {
            return result;
        }

        Advance(result.Buffer.Start, result.Buffer.Start);
        throw new CallRefusal(StatusCode.DeadlineExceeded, "the request arrives too slowly");
    }

    /// <summary>True when a message or the end is there; with a message the buffer is kept until it is released.</summary>
    private bool TryTake(in ReadResult result, bool isOnly, out bool isEnd)
    {
        var buffer = result.Buffer;
        isEnd = false;
        if (buffer.Length < FramePrefix.Length)
        {
            isEnd = result.IsCompleted && buffer.IsEmpty;
            if (isEnd)
            {
                Advance(buffer.Start, buffer.Start);
            }

            return isEnd || (result.IsCompleted ? throw Truncated() : false);
        }

        var length = CheckPrefix(buffer, out var isPacked);
        var rest = buffer.Length - FramePrefix.Length - length;
        if (isOnly && rest > 0)
        {
            throw NotOne();
        }

        if (rest < 0 || (isOnly && !result.IsCompleted))
        {
            return rest < 0 && result.IsCompleted ? throw Truncated() : false;
        }

        var message = buffer.Slice(FramePrefix.Length, length);
        _end = message.End;
        Message = isPacked ? Unpack(message) : message;
        return true;
    }

    /// <exception cref="CallerGoneException">The stream was reset after it was read.</exception>
    private void Advance(SequencePosition consumed, SequencePosition examined)
    {
        try
        {
            input.AdvanceTo(consumed, examined);
        }
        catch (IOException exception)
        {
            throw new CallerGoneException(exception);
        }
    }

    private int CheckPrefix(in ReadOnlySequence<byte> buffer, out bool isPacked)
    {
        Span<byte> prefix = stackalloc byte[FramePrefix.Length];
        buffer.Slice(0, FramePrefix.Length).CopyTo(prefix);
        isPacked = prefix[0] == 1;
        if (prefix[0] > 1)
        {
            throw CallRefusal.Malformed($"a message has the unknown flag {prefix[0]}");
        }

        if (isPacked && !isGzip)
        {
            throw CallRefusal.Malformed("a message is marked as compressed, but grpc-encoding names no compression");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        return length <= (uint)limits.MaxMessageBytes
            ? (int)length
            : throw new CallRefusal(StatusCode.ResourceExhausted, $"a message has {length} bytes, the limit is {limits.MaxMessageBytes}");
    }

    private ReadOnlySequence<byte> Unpack(in ReadOnlySequence<byte> message)
    {
        var output = _unpacked ??= new PooledBufferWriter();
        output.Clear();
        Gzip.Unpack(message, output, limits.MaxMessageBytes);
        return new ReadOnlySequence<byte>(output.WrittenMemory);
    }

    /// <summary>The longer a message, the longer it may take; but never slower than the lowest rate.</summary>
    private void Watch(long received)
    {
        if (_waitingSince == 0)
        {
            _waitingSince = pauses.RunningTime();
        }

        var allowed = limits.HeaderTimeout + TimeSpan.FromSeconds((double)received / limits.MinBodyBytesPerSecond);
        Volatile.Write(ref _deadline, _waitingSince + time.Units(allowed));
        if (!_isWatched)
        {
            _isWatched = true;
            slow.Add(this);
        }
    }

    private static CallRefusal Truncated() => CallRefusal.Malformed("the request ended within a message");
}
