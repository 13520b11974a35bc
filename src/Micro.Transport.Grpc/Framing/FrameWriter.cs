using System.Buffers.Binary;

namespace Micro.Transport.Grpc.Framing;

/// <summary>Puts messages into frames: flag, length in four bytes, message.</summary>
internal static class FrameWriter
{
    public const int PrefixLength = 5;

    /// <summary>Appends one frame; messages are never compressed.</summary>
    /// <exception cref="GrpcException">The message is too large.</exception>
    public static void Write<T>(PooledBufferWriter output, T message, GrpcMarshaller<T> marshaller, int limit)
    {
        var start = output.WrittenCount;
        output.GetSpan(PrefixLength)[..PrefixLength].Clear();
        output.Advance(PrefixLength);
        marshaller.Write(message, output);
        var length = output.WrittenCount - start - PrefixLength;
        if (length > limit)
        {
            throw new GrpcException(
                GrpcStatusCode.ResourceExhausted, $"the message has {length} bytes, the limit is {limit}", ErrorKind.InvalidRequest);
        }

        BinaryPrimitives.WriteUInt32BigEndian(output.WrittenSpanAt(start + 1, 4), (uint)length);
    }
}
