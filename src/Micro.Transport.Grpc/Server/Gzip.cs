using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Micro.Basics;

namespace Micro.Transport.Grpc.Server;

/// <summary>
/// Unpacks messages. The last four bytes hold the length (RFC 1952, section 2.3.1). A message with a length above the limit is
/// unpacked without output, to distinguish too large from broken ones, and no message yields more than its length.
/// </summary>
internal static class Gzip
{
    private const int Step = 16 * 1024;

    /// <exception cref="CallRefusal">The bytes are no gzip, or hold more than the limit.</exception>
    public static void Unpack(in ReadOnlySequence<byte> packed, PooledBufferWriter output, int limit, string flag)
    {
        if (packed.IsEmpty)
        {
            return; // .NET compresses an empty message to nothing
        }

        var rented = ArrayPool<byte>.Shared.Rent((int)packed.Length);
        try
        {
            packed.CopyTo(rented);
            var bytes = rented.AsMemory(0, (int)packed.Length);
            var announced = AnnouncedLength(bytes.Span);
            var fits = announced <= limit;
            Span<byte> nowhere = stackalloc byte[fits ? 0 : Step];
            using var memory = new MemoryStream(rented, 0, bytes.Length, writable: false);
            using var gzip = new GZipStream(memory, CompressionMode.Decompress);
            var length = 0L;
            while (gzip.Read(fits ? output.GetSpan(Step) : nowhere) is > 0 and var count)
            {
                length += count;
                if (length > limit)
                {
                    throw new CallRefusal(StatusCode.ResourceExhausted, $"a compressed message unpacks to more than the limit of {limit} bytes ({flag})");
                }

                if (length > announced)
                {
                    break;
                }

                if (fits)
                {
                    output.Advance(count);
                }
            }

            // A stream without its end unpacks all the same.
            if (length != announced)
            {
                throw CallRefusal.Malformed("a compressed message is truncated, or its length is wrong");
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw CallRefusal.Malformed("a message marked as compressed is not gzip", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static long AnnouncedLength(ReadOnlySpan<byte> packed) =>
        packed.Length < sizeof(uint) ? -1 : BinaryPrimitives.ReadUInt32LittleEndian(packed[^sizeof(uint)..]);
}
