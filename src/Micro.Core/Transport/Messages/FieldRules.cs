using System.Buffers;

namespace Micro.Transport.Messages;

/// <summary>Checks lines of headers and trailers (RFC 9110, section 5; RFC 9112, section 5).</summary>
internal static class FieldRules
{
    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    private static readonly SearchValues<byte> ControlBytes =
        SearchValues.Create([.. Enumerable.Range(0, 32).Where(static value => value != '\t').Append(127).Select(static value => (byte)value)]);

    private static readonly SearchValues<byte> LineEndBytes = SearchValues.Create("\r\n\0"u8);

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenBytes);

    /// <summary>Returns whether a text has no control characters other than tabs.</summary>
    public static bool IsValue(ReadOnlySpan<byte> text) => !text.ContainsAny(ControlBytes);

    /// <summary>Splits a line and checks both parts.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <param name="isRequest"><see langword="true"/> to refuse all control characters; in responses only CR, LF and NUL are refused, because servers differ.</param>
    /// <param name="colon">The end of the name.</param>
    /// <returns>The range of the value, without surrounding blanks.</returns>
    /// <exception cref="MalformedMessageException">The line is not a header.</exception>
    public static Range Split(ReadOnlySpan<byte> line, bool isRequest, out int colon)
    {
        colon = line.IndexOf((byte)':');
        if (colon <= 0 || !IsToken(line[..colon]))
        {
            // A blank at the start would be line folding, one before the colon is refused by RFC 9112, section 5.
            throw new MalformedMessageException(400, "malformed header");
        }

        var end = line.TrimEnd(" \t"u8).Length;
        var start = line.Length - line[(colon + 1)..].TrimStart(" \t"u8).Length;
        var value = start..Math.Max(start, end);
        if (line[value].ContainsAny(isRequest ? ControlBytes : LineEndBytes))
        {
            throw new MalformedMessageException(400, "header value contains a control character");
        }

        return isRequest && !System.Text.Unicode.Utf8.IsValid(line[value]) ? throw new MalformedMessageException(400, "header value is not UTF-8") : value;
    }

    /// <summary>Returns whether a comma-separated list of tokens contains a token, without regard to case.</summary>
    public static bool Lists(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        foreach (var range in list.Split((byte)','))
        {
            if (System.Text.Ascii.EqualsIgnoreCase(list[range].Trim(" \t"u8), token))
            {
                return true;
            }
        }

        return false;
    }
}
