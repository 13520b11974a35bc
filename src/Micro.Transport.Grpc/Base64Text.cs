using System.Buffers;

namespace Micro.Transport.Grpc;

/// <summary>Base64 of header values, with or without padding.</summary>
internal static class Base64Text
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    /// <summary>Returns <see langword="true"/> for a header whose values are bytes in base64.</summary>
    public static bool IsBinaryKey(string key) => key.EndsWith("-bin", StringComparison.OrdinalIgnoreCase);

    /// <summary>Decodes one value; decodes all that <see cref="IsValidList"/> accepts.</summary>
    /// <exception cref="FormatException">The text is not base64.</exception>
    public static byte[] Decode(string text)
    {
        var digits = text.Trim().TrimEnd('=');
        var missing = (4 - (digits.Length % 4)) % 4;
        return Convert.FromBase64String(missing == 0 ? digits : digits + new string('=', missing));
    }

    /// <summary>Returns <see langword="true"/> when a header value is base64; a header may hold several values with commas between them.</summary>
    public static bool IsValidList(ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split(','))
        {
            var part = text[range].Trim().TrimEnd('=');
            if (part.Length % 4 == 1 || part.ContainsAnyExcept(Alphabet))
            {
                return false;
            }
        }

        return true;
    }
}
