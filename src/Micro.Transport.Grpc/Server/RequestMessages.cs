using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Micro.Basics;
using Micro.Server;
using Micro.Server.Peers;
using Micro.Transport.Grpc.Framing;

namespace Micro.Transport.Grpc.Server;

/// <summary>
/// Reads the messages of a request from their frames, in the transport's memory. Checks the length before waiting for the
/// message; a message must arrive as fast as <see cref="TransportLimits"/> requires. One reader at a time.
/// </summary>
internal sealed class RequestMessages(PipeReader input, ProtocolHost host, RequestRoom room, bool isGzip) : IReapable, IDisposable
{
    /// <summary>The transport reuses its reader for other calls, so it is not touched after the end.</summary>
    private readonly Lock _gate = new();
    private PooledBufferWriter? _unpacked;
    private SequencePosition _end;
    private MessagePace _pace;
    private bool _hasBegun;
    private bool _hasRoom;
    private long _deadline = long.MaxValue;

    /// <summary>The message that was read, until it is released.</summary>
    public ReadOnlySequence<byte> Message { get; private set; }

    /// <summary>Waits for the next message of a stream; <see langword="false"/> at the end.</summary>
    /// <exception cref="CallRefusal">The frame is malformed, truncated or too large.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone, or the token fired.</exception>
    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken) => ReadAsync(isOnly: false, cancellationToken);

    /// <summary>Waits for the single message of a unary call and the end of the request.</summary>
    /// <exception cref="CallRefusal">There is not exactly one message, or its frame is malformed, truncated or too large.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadSingleAsync()
    {
        if (!await ReadAsync(isOnly: true, CancellationToken.None).ConfigureAwait(false))
        {
            throw WrongMessageCount();
        }
    }

    /// <summary>Releases the message's memory.</summary>
    /// <param name="keepRoom"><see langword="true"/> to keep its share of the budget until the end of the call.</param>
    public void Release(bool keepRoom = false)
    {
        Message = default;
        _hasRoom = keepRoom;
        if (!keepRoom)
        {
            room.Return();
        }

        try
        {
            input.AdvanceTo(_end);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The caller is gone and the memory with it; the token notifies a handler that still runs.
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
        room.Return();
        lock (_gate)
        {
            _deadline = long.MaxValue;
        }

        _unpacked?.Dispose();
    }

    private static CallRefusal WrongMessageCount() => new(StatusCode.Unimplemented, "a unary call has exactly one message");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadAsync(bool isOnly, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await WaitAsync(isOnly, cancellationToken).ConfigureAwait(false);
            if (!_hasRoom && RoomFor(result.Buffer) is >= 0 and var bytes && (bytes > 0 || room.IsExceeded))
            {
                // The time limit of the message starts at its admission.
                Volatile.Write(ref _deadline, long.MaxValue);
                _hasBegun = false;
                await room.TakeAsync(bytes).ConfigureAwait(false);
                _hasRoom = true;
            }

            if (TryTake(result, isOnly, out var isEnd))
            {
                Volatile.Write(ref _deadline, long.MaxValue);
                _hasBegun = false;
                return !isEnd;
            }

            Advance(result.Buffer.Start, result.Buffer.End);
            if (!result.Buffer.IsEmpty)
            {
                Watch(result.Buffer);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(bool isOnly, CancellationToken cancellationToken)
    {
        ReadResult result;
        try
        {
            var reading = input.ReadAsync(cancellationToken);
            if (isOnly && !_hasBegun && !reading.IsCompleted)
            {
                Begin(host.Limits.HeaderTimeout);
            }

            result = await reading.ConfigureAwait(false);
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
        throw new CallRefusal(StatusCode.DeadlineExceeded, "the request arrived too slowly");
    }

    /// <summary>Returns <see langword="true"/> for a message or the end; a message keeps the buffer until it is released.</summary>
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
            throw WrongMessageCount();
        }

        if (rest < 0 || (isOnly && !result.IsCompleted))
        {
            return rest < 0 && result.IsCompleted ? throw Truncated() : false;
        }

        var message = buffer.Slice(FramePrefix.Length, length);
        _end = message.End;
        Message = isPacked ? Unpack(message) : message;
        room.Shrink(Message.Length);
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
            throw CallRefusal.Malformed($"a message has the invalid flag {prefix[0]}");
        }

        if (isPacked && !isGzip)
        {
            throw CallRefusal.Malformed("a message is marked as compressed without a grpc-encoding header");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        return length <= (uint)host.Limits.MaxMessageBytes
            ? (int)length
            : throw new CallRefusal(StatusCode.ResourceExhausted, $"a message has {length} bytes, the limit is {host.Limits.MaxMessageBytes} ({TransportLimits.ServerSizeFlag})");
    }

    private ReadOnlySequence<byte> Unpack(in ReadOnlySequence<byte> message)
    {
        var output = _unpacked ??= new PooledBufferWriter();
        output.Clear();
        Gzip.Unpack(message, output, host.Limits.MaxMessageBytes, TransportLimits.ServerSizeFlag);
        return new ReadOnlySequence<byte>(output.WrittenMemory);
    }

    /// <summary>Returns the memory that the next message needs: zero for a small one, -1 before its prefix has arrived.</summary>
    private long RoomFor(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < FramePrefix.Length)
        {
            return -1;
        }

        // The unpacked size is not known in advance.
        var length = CheckPrefix(buffer, out var isPacked);
        return isPacked ? host.Limits.MaxMessageBytes : length > ByteBudget.FreeBytes ? length : 0;
    }

    private void Begin(TimeSpan timeToFirstByte)
    {
        _hasBegun = true;
        var now = host.Pauses.RunningTime();
        _pace.Begin(now, host.Limits, host.TimeProvider);
        Volatile.Write(ref _deadline, now + host.TimeProvider.Units(timeToFirstByte));
    }

    private void Watch(in ReadOnlySequence<byte> received)
    {
        if (!_hasBegun)
        {
            Begin(host.Limits.StallTimeout);
        }

        var length = received.Length < FramePrefix.Length ? 0 : CheckPrefix(received, out _);
        Volatile.Write(ref _deadline, _pace.Progress(host.Pauses.RunningTime(), received.Length, length, host.Limits, host.TimeProvider));
    }

    private static CallRefusal Truncated() => CallRefusal.Malformed("the request ended within a message");
}
