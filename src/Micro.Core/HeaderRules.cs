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

    /// <summary>Most entries of metadata of one call: with the headers of the protocol they stay below what servers take.</summary>
    public const int MaxMetadataEntries = 80;

    /// <summary>Most entries of response headers, and of trailers: over mucp one message can carry both.</summary>
    public const int MaxResponseEntries = 40;

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly SearchValues<char> ForbiddenInValues = SearchValues.Create("\r\n\0");

    /// <summary>All of RFC 9110's but the tab: Go refuses the whole message for one of them.</summary>
    private static readonly SearchValues<char> ControlCharacters =
        SearchValues.Create([.. Enumerable.Range(0, 32).Where(static code => code != '\t').Select(static code => (char)code), '\x7f']);

    private static readonly char[] Blanks = [' ', '\t'];

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

        if (IsReserved(key))
        {
            throw new ArgumentException($"metadata key '{key}' is reserved for the transport: choose another name", nameof(key));
        }

        if (value.AsSpan().ContainsAny(ControlCharacters))
        {
            throw new ArgumentException($"metadata value of '{key}' holds CR, LF, NUL or another control character: encode it, for example as base64", nameof(value));
        }

        // What could not arrive as it was sent is refused, not changed on the way.
        if (value.Length > 0 && (value[0] is ' ' or '\t' || value[^1] is ' ' or '\t'))
        {
            throw new ArgumentException($"metadata value of '{key}' begins or ends with a blank, which does not travel", nameof(value));
        }

        if (!IsText(value))
        {
            throw new ArgumentException($"metadata value of '{key}' holds half a surrogate pair", nameof(value));
        }
    }

    /// <summary>Returns whether <see cref="ThrowIfInvalid"/> would let it pass.</summary>
    public static bool IsValid(string key, string value) =>
        key.Length > 0
        && !key.AsSpan().ContainsAnyExcept(TokenCharacters)
        && !IsReserved(key)
        && !value.AsSpan().ContainsAny(ControlCharacters)
        && (value.Length == 0 || (value[0] is not (' ' or '\t') && value[^1] is not (' ' or '\t')))
        && IsText(value);

    /// <summary>Returns whether name and value make one valid header field of HTTP/1.1, the stricter of the two protocols.</summary>
    public static bool Travels(string key, string value) =>
        key.Length > 0 && !key.AsSpan().ContainsAnyExcept(TokenCharacters) && !value.AsSpan().ContainsAny(ControlCharacters);

    /// <summary>Returns the value without blanks around it; the same object when there are none.</summary>
    public static string WithoutBlanks(string value) =>
        value.Length > 0 && (value[0] is ' ' or '\t' || value[^1] is ' ' or '\t') ? value.Trim(Blanks) : value;

    /// <summary>Returns whether the transport keeps the name for itself: received with a call, it is not sent on with another.</summary>
    public static bool IsReserved(string key) => Reserved.Contains(key) || key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns what is wrong with the size of a call's metadata, or <see langword="null"/>.</summary>
    public static string? SizeProblem(int bytes, int entries) =>
        bytes > MaxMetadataBytes ? $"metadata exceeds the limit of {MaxMetadataBytes} bytes"
        : entries > MaxMetadataEntries ? $"metadata exceeds the limit of {MaxMetadataEntries} entries"
        : null;

    /// <summary>Fails when response metadata exceeds the limit or holds what cannot travel.</summary>
    /// <exception cref="InvalidOperationException">The metadata is too large.</exception>
    public static void ThrowIfTooLarge(CallMetadata? metadata, string what, string endpoint)
    {
        var bytes = 0;
        foreach (var (key, value) in metadata ?? CallMetadata.Empty)
        {
            bytes += key.Length + System.Text.Encoding.UTF8.GetByteCount(value) + 4;
        }

        if (bytes > MaxMetadataBytes)
        {
            throw new InvalidOperationException($"the {what} of {endpoint} have {bytes} bytes, the limit is {MaxMetadataBytes}");
        }

        if (metadata?.Count > MaxResponseEntries)
        {
            throw new InvalidOperationException($"the {what} of {endpoint} have {metadata.Count} entries, the limit is {MaxResponseEntries}");
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

    private static bool IsText(ReadOnlySpan<char> value)
    {
        while (value.IndexOfAnyInRange('\ud800', '\udfff') is >= 0 and var index)
        {
            if (index + 1 == value.Length || !char.IsSurrogatePair(value[index], value[index + 1]))
            {
                return false;
            }

            value = value[(index + 2)..];
        }

        return true;
    }
}
