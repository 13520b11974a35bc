using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace Micro.Registry.Kit;

/// <summary>
/// go-micro's packing of record parts: zlib, then lower case hex. Reading is bounded, because a packet of 64 KiB can
/// unpack to 32 MiB.
/// </summary>
internal static class RecordCompression
{
    /// <summary>Most bytes a packed part may unpack to: 7 times the largest honest record.</summary>
    public const int MaxUnpackedBytes = 256 * 1024;

    // ZLibStream writes nothing at all for empty content, which Go could not read.
    private const string PackedNothing = "789c030000000001";

    public static string Pack(ReadOnlySpan<byte> content) =>
        content.IsEmpty ? PackedNothing : Convert.ToHexStringLower(Deflate(content));

    /// <summary>Unpacks hex digits of zlib data; false when they are malformed, truncated or unpack to more than the limit.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> hexUtf8, [NotNullWhen(true)] out byte[]? content, int limit = MaxUnpackedBytes)
    {
        content = null;
        // Deflate never grows data by more than a few bytes per block, so longer input cannot be within the limit.
        if (hexUtf8.Length is 0 || hexUtf8.Length % 2 != 0 || hexUtf8.Length > (2 * limit) + 1024)
        {
            return false;
        }

        var packed = ArrayPool<byte>.Shared.Rent(hexUtf8.Length / 2);
        try
        {
            return Convert.FromHexString(hexUtf8, packed, out _, out var length) == OperationStatus.Done
                && TryInflate(packed, length, limit, out content);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    private static byte[] Deflate(ReadOnlySpan<byte> content)
    {
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(content);
        }

        return output.ToArray();
    }

    private static bool TryInflate(byte[] packed, int length, int limit, [NotNullWhen(true)] out byte[]? content)
    {
        content = null;
        if (length < 6)
        {
            return false;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(limit + 1);
        try
        {
            using var input = new MemoryStream(packed, 0, length, writable: false);
            using var zlib = new ZLibStream(input, CompressionMode.Decompress);
            var count = zlib.ReadAtLeast(buffer.AsSpan(0, limit + 1), limit + 1, throwOnEndOfStream: false);

            // ZLibStream takes a truncated stream without an error, so the checksum at the end is compared here.
            if (count > limit || Adler32(buffer.AsSpan(0, count)) != BinaryPrimitives.ReadUInt32BigEndian(packed.AsSpan(length - 4)))
            {
                return false;
            }

            content = buffer.AsSpan(0, count).ToArray();
            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            // ZLibException, an IOException, reports a stream that asks for a preset dictionary (RFC 1950, section 2.2).
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static uint Adler32(ReadOnlySpan<byte> content)
    {
        uint low = 1;
        uint high = 0;
        while (!content.IsEmpty)
        {
            // 5552 is the most bytes that cannot overflow 32 bits between two reductions.
            var block = content[..Math.Min(content.Length, 5552)];
            foreach (var value in block)
            {
                low += value;
                high += low;
            }

            low %= 65521;
            high %= 65521;
            content = content[block.Length..];
        }

        return (high << 16) | low;
    }
}
