using System.Buffers;
using System.Text;

namespace Micro.Registry;

/// <summary>
/// Writes JSON strings byte for byte as Go's encoder does: <c>&lt;</c>, <c>&gt;</c>, <c>&amp;</c> and the two Unicode
/// line separators are escaped, everything else above ASCII stands raw. .NET's encoders escape other characters.
/// </summary>
internal static class GoJsonText
{
    private static readonly SearchValues<char> Special = SearchValues.Create(
        "\"\\<>&\u2028\u2029\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012"
        + "\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f");

    public static void WriteString(ArrayBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var plain = rest.IndexOfAny(Special);
            if (plain < 0)
            {
                plain = rest.Length;
            }

            // Lone surrogates become U+FFFD here, as in Go.
            _ = Encoding.UTF8.GetBytes(rest[..plain], output);
            if (plain < rest.Length)
            {
                WriteEscaped(output, rest[plain++]);
            }

            rest = rest[plain..];
        }

        output.Write("\""u8);
    }

    private static void WriteEscaped(ArrayBufferWriter<byte> output, char character)
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
                var escape = output.GetSpan(6);
                "\\u"u8.CopyTo(escape);
                for (var digit = 0; digit < 4; digit++)
                {
                    escape[2 + digit] = "0123456789abcdef"u8[(character >> (12 - (4 * digit))) & 15];
                }

                output.Advance(6);
                break;
        }
    }
}
