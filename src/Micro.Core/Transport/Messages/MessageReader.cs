using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Micro.Basics;

namespace Micro.Transport.Messages;

/// <summary>
/// Reads HTTP/1.1 messages from a pipe, one after the other: head, then body. A body stays in the pipe's memory until
/// <see cref="Release"/>; only chunked bodies are copied. Every size is checked before anything is kept.
/// </summary>
internal sealed class MessageReader(PipeReader input, TransportLimits limits, bool readsResponses) : IDisposable
{
    /// <summary>A body up to this multiple of the limit is skipped, so that the connection can continue; beyond, it ends.</summary>
    public const int SkippedBodies = 4;

    private readonly PooledBufferWriter _chunks = new(256);
    private SequencePosition _bodyEnd;
    private bool _holdsBody;
    private ValueTask<ReadResult> _ahead;
    private bool _isAhead;
    private long _heardAt;

    /// <summary>Bytes of the current message that have arrived so far, for the lowest allowed rate.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>The observer of arriving messages.</summary>
    public IMessageObserver? Observer { get; init; }

    /// <summary>Clock of <see cref="HeardAt"/>; <see langword="null"/> (the default) to record no time.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>Timestamp at which bytes arrived last.</summary>
    public long HeardAt => Volatile.Read(ref _heardAt);

    /// <summary>
    /// Begins to wait for the next message in advance. <see cref="ReadHeadAsync"/> continues this wait.
    /// </summary>
    /// <returns><see langword="true"/> when neither bytes nor the end of the connection have arrived.</returns>
    public bool TryWaitAhead()
    {
        if (!_isAhead)
        {
#pragma warning disable CA2012 // Consumed once: by the next ReadHeadAsync, or by EndWaitAsync.
            _ahead = input.ReadAsync(CancellationToken.None);
#pragma warning restore CA2012
            _isAhead = true;
        }

        return !_ahead.IsCompleted;
    }

    /// <summary>Waits for the end of the wait that <see cref="TryWaitAhead"/> began; the connection must be closed already.</summary>
    public async ValueTask EndWaitAsync()
    {
        if (_isAhead)
        {
            _isAhead = false;
            await ((Task)_ahead.AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads the next head.</summary>
    /// <param name="head">Receives the head.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="false"/> when the connection ended between messages.</returns>
    /// <exception cref="MalformedMessageException">The bytes are not a valid head.</exception>
    /// <exception cref="IOException">The connection ended within a head.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReadHeadAsync(MessageHead head, CancellationToken cancellationToken)
    {
        ReceivedBytes = 0;
        long scanned = 0;
        var started = false;
        while (true)
        {
            var reading = _isAhead ? TakeAheadAsync(cancellationToken) : input.ReadAsync(cancellationToken);
            if (scanned == 0 && !readsResponses && !reading.IsCompleted)
            {
                // A server has many idle connections, some for hours.
                head.Release();
            }

            var result = await reading.ConfigureAwait(false);
            RecordArrival();
            var buffer = SkipEmptyLines(result.Buffer);
            if (TryFindHeadEnd(buffer, scanned, out var headEnd, out var next))
            {
                var source = buffer.Slice(0, headEnd);
                ThrowIfTooLong(source.Length);
                head.Parse(in source, limits, readsResponses);
                ReceivedBytes = source.Length;
                input.AdvanceTo(next);
                return true;
            }

            ThrowIfTooLong(buffer.Length);
            if (result.IsCompleted || (result.IsCanceled && buffer.IsEmpty && Observer?.IsClosing == true))
            {
                input.AdvanceTo(buffer.End);
                return buffer.IsEmpty ? false : throw new IOException("connection ended within a message head");
            }

            if (!started && !buffer.IsEmpty)
            {
                started = true;
                Observer?.OnMessageStarted();
            }

            scanned = buffer.Length;
            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Reads the body that belongs to a head.</summary>
    /// <param name="head">The head read last.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The body, valid until <see cref="Release"/>.</returns>
    /// <exception cref="MessageTooLargeException">The body exceeds the limit.</exception>
    /// <exception cref="MalformedMessageException">The chunks are malformed.</exception>
    /// <exception cref="IOException">The connection ended within the body.</exception>
    public ValueTask<ReadOnlySequence<byte>> ReadBodyAsync(MessageHead head, CancellationToken cancellationToken)
    {
        if (head.IsChunked)
        {
            return ReadChunksAsync(cancellationToken);
        }

        if (head.ContentLength <= 0)
        {
            return new ValueTask<ReadOnlySequence<byte>>(ReadOnlySequence<byte>.Empty);
        }

        if (head.ContentLength > limits.MaxMessageBytes)
        {
            throw new MessageTooLargeException(head.ContentLength, limits.MaxMessageBytes, readsResponses);
        }

        // The common case: everything has arrived.
        if (input.TryRead(out var result))
        {
            if (result.Buffer.Length >= head.ContentLength)
            {
                return new ValueTask<ReadOnlySequence<byte>>(Hold(result.Buffer, head.ContentLength));
            }

            input.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
        }

        return ReadPlainAsync(head.ContentLength, cancellationToken);
    }

    /// <summary>Releases the memory of the current body; the next message can be read afterwards.</summary>
    public void Release()
    {
        if (_holdsBody)
        {
            _holdsBody = false;
            input.AdvanceTo(_bodyEnd);
        }

        _chunks.Clear();
    }

    /// <summary>Skips a body, so that the connection can continue.</summary>
    public async ValueTask SkipBodyAsync(long length, CancellationToken cancellationToken)
    {
        Observer?.OnMessageStarted();
        while (length > 0)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            RecordArrival();
            var taken = Math.Min(length, result.Buffer.Length);
            input.AdvanceTo(result.Buffer.GetPosition(taken));
            length -= taken;
            ReceivedBytes += taken;
            Observer?.OnMessageProgressed(ReceivedBytes);
            if (length > 0 && result.IsCompleted)
            {
                throw new IOException("connection ended within a message body");
            }
        }
    }

    public void Dispose() => _chunks.Dispose();

    private static ReadOnlySequence<byte> SkipEmptyLines(ReadOnlySequence<byte> buffer)
    {
        // RFC 9112, section 2.2: an empty line before the start line is ignored.
        while (buffer.Length >= 2)
        {
            var reader = new SequenceReader<byte>(buffer);
            if (!reader.IsNext("\r\n"u8, advancePast: true))
            {
                break;
            }

            buffer = buffer.Slice(reader.Position);
        }

        return buffer;
    }

    private static bool TryFindHeadEnd(in ReadOnlySequence<byte> buffer, long scanned, out SequencePosition headEnd, out SequencePosition next)
    {
        if (buffer.IsSingleSegment)
        {
            var from = (int)Math.Max(0, scanned - 3);
            var index = buffer.FirstSpan[from..].IndexOf("\r\n\r\n"u8);
            headEnd = index < 0 ? default : buffer.GetPosition(from + index);
            next = index < 0 ? default : buffer.GetPosition(from + index + 4);
            return index >= 0;
        }

        var reader = new SequenceReader<byte>(buffer);
        reader.Advance(Math.Max(0, scanned - 3));
        while (reader.TryAdvanceTo((byte)'\r', advancePastDelimiter: false))
        {
            headEnd = reader.Position;
            if (reader.IsNext("\r\n\r\n"u8, advancePast: true))
            {
                next = reader.Position;
                return true;
            }

            reader.Advance(1);
        }

        headEnd = default;
        next = default;
        return false;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> TakeAheadAsync(CancellationToken cancellationToken)
    {
        ReadResult result;
        using (cancellationToken.UnsafeRegister(static input => ((PipeReader)input!).CancelPendingRead(), input))
        {
            _isAhead = false;
            result = await _ahead.ConfigureAwait(false);
        }

        if (result.IsCanceled)
        {
            input.AdvanceTo(result.Buffer.Start);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return result;
    }

    private void RecordArrival()
    {
        if (Clock is { } clock)
        {
            Volatile.Write(ref _heardAt, clock.GetTimestamp());
        }
    }

    private void ThrowIfTooLong(long length)
    {
        if (length > limits.MaxHeaderBytes)
        {
            throw new MalformedMessageException(431, $"headers longer than {limits.MaxHeaderBytes} bytes");
        }
    }

    private ReadOnlySequence<byte> Hold(in ReadOnlySequence<byte> buffer, long length)
    {
        var body = buffer.Slice(0, length);
        _bodyEnd = body.End;
        _holdsBody = true;
        ReceivedBytes += length;
        return body;
    }

    private async ValueTask<ReadOnlySequence<byte>> ReadPlainAsync(long length, CancellationToken cancellationToken)
    {
        var headBytes = ReceivedBytes;
        Observer?.OnMessageStarted();
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            RecordArrival();
            if (result.Buffer.Length >= length)
            {
                ReceivedBytes = headBytes;
                return Hold(result.Buffer, length);
            }

            ReceivedBytes = headBytes + result.Buffer.Length;
            Observer?.OnMessageProgressed(ReceivedBytes);
            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
            {
                throw new IOException("connection ended within a message body");
            }
        }
    }

    private async ValueTask<ReadOnlySequence<byte>> ReadChunksAsync(CancellationToken cancellationToken)
    {
        var headBytes = ReceivedBytes;
        Observer?.OnMessageStarted();
        _chunks.Clear();
        var decoder = new ChunkDecoder(limits.MaxMessageBytes, readsResponses ? 0 : (long)limits.MaxMessageBytes * SkippedBodies, limits.MaxHeaderBytes);
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            RecordArrival();
            var isDone = decoder.Decode(result.Buffer, _chunks, out var consumed, out var examined);
            input.AdvanceTo(consumed, examined);
            ReceivedBytes = headBytes + decoder.TotalBytes;
            if (isDone)
            {
                if (decoder.IsTooLarge)
                {
                    throw new MessageTooLargeException(decoder.TotalBytes, limits.MaxMessageBytes, readsResponses, isRead: true);
                }

                return new ReadOnlySequence<byte>(_chunks.WrittenMemory);
            }

            Observer?.OnMessageProgressed(ReceivedBytes);
            if (result.IsCompleted)
            {
                throw new IOException("connection ended within a chunked body");
            }
        }
    }
}
