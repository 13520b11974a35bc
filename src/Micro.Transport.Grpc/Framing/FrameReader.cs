using System.Buffers;
using System.Buffers.Binary;

namespace Micro.Transport.Grpc.Framing;

/// <summary>Takes messages out of frames. Memory grows with the bytes that came, not with the length that was announced.</summary>
internal sealed class FrameReader(Stream stream, int limit, string? encoding)
{
    private const int FirstBuffer = 16 * 1024;
    private readonly byte[] _prefix = new byte[FrameWriter.PrefixLength];

    /// <summary>Reads the next message and hands its bytes on; false at the end of the stream.</summary>
    /// <exception cref="GrpcException">The frame is malformed, compressed, truncated or too large.</exception>
    public async ValueTask<bool> ReadAsync(Action<ReadOnlySequence<byte>> take, CancellationToken cancellationToken)
    {
        var read = await stream.ReadAtLeastAsync(_prefix, _prefix.Length, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
        {
            return false;
        }

        if (read < _prefix.Length)
        {
            throw Truncated();
        }

        var length = CheckPrefix();
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(length, FirstBuffer));
        try
        {
            var filled = 0;
            while (filled < length)
            {
                if (filled == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }

                var count = await stream.ReadAsync(buffer.AsMemory(filled, Math.Min(buffer.Length, length) - filled), cancellationToken);
                filled += count > 0 ? count : throw Truncated();
            }

            take(new ReadOnlySequence<byte>(buffer, 0, length));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, buffer.Length * 2L));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static GrpcException Truncated() =>
        new(GrpcStatusCode.Internal, "the stream ended within a message", ErrorKind.Protocol);

    private int CheckPrefix()
    {
        if (_prefix[0] > 1)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"a message has the unknown flag {_prefix[0]}", ErrorKind.Protocol);
        }

        if (_prefix[0] == 1)
        {
            throw encoding is null or "identity"
                ? new GrpcException(GrpcStatusCode.Internal, "a message is marked as compressed, but no encoding is named", ErrorKind.Protocol)
                : new GrpcException(GrpcStatusCode.Unimplemented, $"a message is compressed with '{encoding}', only identity was offered", ErrorKind.Protocol);
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(_prefix.AsSpan(1));
        return length <= (uint)limit
            ? (int)length
            : throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"a message has {length} bytes, the limit is {limit}", ErrorKind.Protocol);
    }
}
