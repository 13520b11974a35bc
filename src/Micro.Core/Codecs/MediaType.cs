namespace Micro.Codecs;

/// <summary>
/// Reads a content type with parameters, such as the <c>application/json; charset=utf-8</c> of .NET's StringContent
/// (RFC 9110, section 8.3.1).
/// </summary>
internal static class MediaType
{
    /// <summary>Maximum length of a content type with parameters, in characters.</summary>
    public const int MaxLength = 256;

    private const string Charset = "charset=";

    /// <summary>Returns the type without parameters.</summary>
    public static ReadOnlySpan<char> WithoutParameters(ReadOnlySpan<char> contentType) =>
        (contentType.IndexOf(';') is var end and >= 0 ? contentType[..end] : contentType).Trim(" \t");

    /// <summary>Returns the type without parameters, as bytes.</summary>
    public static ReadOnlySpan<byte> WithoutParameters(ReadOnlySpan<byte> contentType) =>
        (contentType.IndexOf((byte)';') is var end and >= 0 ? contentType[..end] : contentType).Trim(" \t"u8);

    /// <summary>
    /// Returns whether codecs can read the text: any parameter is allowed, except a charset other than UTF-8.
    /// </summary>
    public static bool IsUtf8(ReadOnlySpan<char> contentType)
    {
        foreach (var range in contentType.Split(';'))
        {
            var parameter = contentType[range].Trim(" \t");
            if (!parameter.StartsWith(Charset, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var charset = parameter[Charset.Length..].Trim('"');
            if (!Is(charset, "utf-8") && !Is(charset, "utf8") && !Is(charset, "us-ascii"))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Is(ReadOnlySpan<char> charset, string name) => charset.Equals(name, StringComparison.OrdinalIgnoreCase);
}
