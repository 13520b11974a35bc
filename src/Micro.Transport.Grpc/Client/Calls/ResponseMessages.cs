using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Micro.Transport.Grpc.Framing;
using Micro.Transport.Grpc.Server;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>
/// Takes the messages of a response out of their frames. Lengths are checked before memory is taken, and memory grows with
/// the bytes that came, not with the length that was announced. One reader at a time.
/// </summary>
internal sealed class ResponseMessages(Stream stream, int limit, string? encoding) : IDisposable
{
    private const int FirstBuffer = 4 * 1024;
    private const int KeptBuffer = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private PooledBufferWriter? _unpacked;
    private int _start;
    private int _end;

    /// <summary>The message read last; valid until the next is read.</summary>
    public ReadOnlySequence<byte> Message { get; private set; }

    /// <summary>Reads the next message; false at the end of the response.</summary>
    /// <exception cref="GrpcException">The frame is malformed, truncated or too large.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Message = default;
        if (_start == _end && _buffer.Length > KeptBuffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
            _start = _end = 0;
        }

        if (!await FillAsync(FrameWriter.PrefixLength, cancellationToken).ConfigureAwait(false))
        {
            return _start == _end ? false : throw Truncated();
        }

        var length = TakePrefix(out var isPacked);
        if (!await FillAsync(length, cancellationToken).ConfigureAwait(false))
        {
            throw Truncated();
        }

        var message = new ReadOnlySequence<byte>(_buffer, _start, length);
        _start += length;
        Message = isPacked ? Unpack(message) : message;
        return true;
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        _start = _end = 0;
        Message = default;
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _unpacked?.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            MakeRoom(count);
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }

    private void MakeRoom(int count)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        if (_start + count <= _buffer.Length && _end < _buffer.Length)
        {
            return;
        }

        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(_buffer.Length * 2L, Math.Max(count, _buffer.Length + 1L)));
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }

    private int TakePrefix(out bool isPacked)
    {
        var prefix = _buffer.AsSpan(_start, FrameWriter.PrefixLength);
        _start += FrameWriter.PrefixLength;
        isPacked = prefix[0] == 1;
        if (prefix[0] > 1)
        {
            throw Malformed($"a message has the unknown flag {prefix[0]}");
        }

        if (isPacked && !string.Equals(encoding, "gzip", StringComparison.Ordinal))
        {
            throw encoding is null or "identity"
                ? Malformed("a message is marked as compressed, but no encoding is named")
                : new GrpcException(GrpcStatusCode.Unimplemented, $"a message is compressed with '{encoding}', only identity and gzip were offered", ErrorKind.Protocol);
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        return length <= (uint)limit
            ? (int)length
            : throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"a message has {length} bytes, the limit is {limit}", ErrorKind.Protocol);
    }

    private ReadOnlySequence<byte> Unpack(in ReadOnlySequence<byte> message)
    {
        var output = _unpacked ??= new PooledBufferWriter();
        output.Clear();
        try
        {
            Gzip.Unpack(message, output, limit);
        }
        catch (CallRefusal refusal)
        {
            throw new GrpcException(refusal.Status, refusal.Message, ErrorKind.Protocol, refusal.InnerException);
        }

        return new ReadOnlySequence<byte>(output.WrittenMemory);
    }

    private static GrpcException Truncated() => Malformed("the stream ended within a message");

    private static GrpcException Malformed(string detail) => new(GrpcStatusCode.Internal, detail, ErrorKind.Protocol);
}
