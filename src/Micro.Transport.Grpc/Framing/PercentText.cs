using System.Text;

namespace Micro.Transport.Grpc.Framing;

/// <summary>The percent encoding of <c>grpc-message</c>.</summary>
internal static class PercentText
{
    /// <summary>Never fails: what is no valid escape stands as it is, and invalid UTF-8 is replaced.</summary>
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
                bytes[length++] = Convert.FromHexString(text.AsSpan(index + 1, 2))[0];
                index += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(text.AsSpan(index, 1), bytes.AsSpan(length));
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
