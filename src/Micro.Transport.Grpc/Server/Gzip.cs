using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Micro.Transport.Grpc.Server;

/// <summary>Unpacks messages; what comes out is limited while it comes, not afterwards.</summary>
internal static class Gzip
{
    private const int Step = 16 * 1024;

    /// <exception cref="CallRefusal">The bytes are no gzip, or hold more than the limit.</exception>
    public static void Unpack(in ReadOnlySequence<byte> packed, PooledBufferWriter output, int limit)
    {
        if (packed.IsEmpty)
        {
            return; // what .NET's own compression makes of nothing
        }

        var rented = ArrayPool<byte>.Shared.Rent((int)packed.Length);
        try
        {
            packed.CopyTo(rented);
            using var memory = new MemoryStream(rented, 0, (int)packed.Length, writable: false);
            using var gzip = new GZipStream(memory, CompressionMode.Decompress);
            while (gzip.Read(output.GetSpan(Step)) is > 0 and var count)
            {
                output.Advance(count);
                if (output.WrittenCount > limit)
                {
                    throw new CallRefusal(StatusCode.ResourceExhausted, $"a compressed message holds more than the limit of {limit} bytes");
                }
            }

            ThrowIfCutOff(rented.AsSpan(0, (int)packed.Length), output.WrittenCount);
        }
        catch (InvalidDataException exception)
        {
            throw CallRefusal.Malformed("a message marked as compressed is no gzip", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>A stream without its end unpacks all the same: its last four bytes must be the length (RFC 1952, section 2.3.1).</summary>
    private static void ThrowIfCutOff(ReadOnlySpan<byte> packed, int length)
    {
        if (packed.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(packed[^4..]) != (uint)length)
        {
            throw CallRefusal.Malformed("a compressed message is cut off");
        }
    }
}
