using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Micro.Transport;

/// <summary>Writes header text straight into a buffer.</summary>
internal static class BufferWriterExtensions
{
    public static void WriteUtf8(this IBufferWriter<byte> output, string text)
    {
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }

    public static void WriteNumber(this IBufferWriter<byte> output, long number)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(20), out var written);
        output.Advance(written);
    }

    /// <summary>Writes a header line; the value must have passed <see cref="HeaderRules"/>.</summary>
    public static void WriteHeader(this IBufferWriter<byte> output, ReadOnlySpan<byte> nameAndColon, string value)
    {
        output.Write(nameAndColon);
        output.WriteUtf8(value);
        output.Write("\r\n"u8);
    }

    public static void WriteHeader(this IBufferWriter<byte> output, ReadOnlySpan<byte> nameAndColon, ReadOnlySpan<byte> value)
    {
        output.Write(nameAndColon);
        output.Write(value);
        output.Write("\r\n"u8);
    }

    public static void WriteHeader(this IBufferWriter<byte> output, ReadOnlySpan<byte> nameAndColon, long value)
    {
        output.Write(nameAndColon);
        output.WriteNumber(value);
        output.Write("\r\n"u8);
    }
}
