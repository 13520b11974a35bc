using System.Text;

namespace Micro.Transport.Grpc.Framing;

/// <summary>The percent encoding of <c>grpc-message</c>.</summary>
internal static class PercentText
{
    private const string HexDigits = "0123456789ABCDEF";

    /// <summary>Decodes a text; never fails: keeps invalid escapes as they are and replaces invalid UTF-8.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] == '%'
                && index + 2 < text.Length
                && char.IsAsciiHexDigit(text[index + 1])
                && char.IsAsciiHexDigit(text[index + 2]))
            {
                Convert.FromHexString(text.AsSpan(index + 1, 2), bytes.AsSpan(length), out _, out var written);
                length += written;
                index += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(text.AsSpan(index, 1), bytes.AsSpan(length));
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    /// <summary>Encodes a text: keeps printable ASCII except the percent sign and escapes the bytes of all other characters.</summary>
    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var encoded = new StringBuilder(text.Length + 16);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (value is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append('%').Append(HexDigits[value >> 4]).Append(HexDigits[value & 15]);
            }
        }

        return encoded.ToString();
    }
}
