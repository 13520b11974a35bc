using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Micro.Codecs;

/// <summary>Strings as Go's encoding/json writes them: UTF-8 as it is, only JSON's own and HTML's special characters escaped.</summary>
internal static class GoJsonText
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\t\n\v\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\"\\<>&\u2028\u2029");

    /// <summary>Writes a string with its quotes; a lone surrogate becomes U+FFFD.</summary>
    public static void Write(ReadOnlySpan<char> text, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        while (text.IndexOfAny(Escaped) is var index and >= 0)
        {
            Encoding.UTF8.GetBytes(text[..index], output);
            WriteEscaped(text[index], output);
            text = text[(index + 1)..];
        }

        Encoding.UTF8.GetBytes(text, output);
        output.Write("\""u8);
    }

    private static void WriteEscaped(char character, IBufferWriter<byte> output)
    {
        switch (character)
        {
            case '"':
                output.Write("\\\""u8);
                break;
            case '\\':
                output.Write("\\\\"u8);
                break;
            case '\b':
                output.Write("\\b"u8);
                break;
            case '\f':
                output.Write("\\f"u8);
                break;
            case '\n':
                output.Write("\\n"u8);
                break;
            case '\r':
                output.Write("\\r"u8);
                break;
            case '\t':
                output.Write("\\t"u8);
                break;
            default:
                Utf8.TryWrite(output.GetSpan(6), $"\\u{(int)character:x4}", out var written);
                output.Advance(written);
                break;
        }
    }
}
