using System.Buffers;
using System.Collections.Frozen;

namespace Micro;

/// <summary>
/// What may travel as metadata: keys are header field names (RFC 9110, section 5.1), values hold no CR, LF or NUL
/// (section 5.5). Checked at the door, because a value with a line break would put a second header on the wire.
/// </summary>
internal static class HeaderRules
{
    /// <summary>Most bytes of metadata of one call.</summary>
    public const int MaxMetadataBytes = 8 * 1024;

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly SearchValues<char> ForbiddenInValues = SearchValues.Create("\r\n\0");

    private static readonly FrozenSet<string> Reserved = FrozenSet.ToFrozenSet(
        ["host", "connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "trailer", "te", "expect", "proxy-connection"],
        StringComparer.OrdinalIgnoreCase);

    public static void ThrowIfInvalid(string key, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        if (key.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            throw new ArgumentException($"metadata key '{key}' is not a header name: letters, digits and !#$%&'*+-.^_`|~ only", nameof(key));
        }

        if (Reserved.Contains(key) || key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"metadata key '{key}' is reserved for the transport: choose another name", nameof(key));
        }

        if (value.AsSpan().ContainsAny(ForbiddenInValues))
        {
            throw new ArgumentException($"metadata value of '{key}' holds CR, LF or NUL: encode it, for example as base64", nameof(value));
        }
    }

    /// <summary>Replaces what must not stand in a header value by blanks, as go-micro does with line breaks.</summary>
    public static string Clean(string value) =>
        value.AsSpan().ContainsAny(ForbiddenInValues)
            ? string.Create(value.Length, value, static (span, text) =>
            {
                text.CopyTo(span);
                span.ReplaceAny(ForbiddenInValues, ' ');
            })
            : value;
}
