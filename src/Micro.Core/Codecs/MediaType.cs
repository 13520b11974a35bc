namespace Micro.Codecs;

/// <summary>
/// Reads a content type with parameters, such as the <c>application/json; charset=utf-8</c> of .NET's StringContent
/// (RFC 9110, section 8.3.1).
/// </summary>
internal static class MediaType
{
    /// <summary>Longest content type that is looked at for parameters, in characters.</summary>
    public const int MaxLength = 256;

    private const string Charset = "charset=";

    /// <summary>The type itself.</summary>
    public static ReadOnlySpan<char> WithoutParameters(ReadOnlySpan<char> contentType) =>
        (contentType.IndexOf(';') is var end and >= 0 ? contentType[..end] : contentType).Trim(" \t");

    /// <summary>The same as bytes.</summary>
    public static ReadOnlySpan<byte> WithoutParameters(ReadOnlySpan<byte> contentType) =>
        (contentType.IndexOf((byte)';') is var end and >= 0 ? contentType[..end] : contentType).Trim(" \t"u8);

    /// <summary>
    /// Whether the text is what codecs read: any parameter may be there, but no charset other than UTF-8, whose bytes
    /// would be taken for something else.
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
