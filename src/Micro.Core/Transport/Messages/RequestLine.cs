using System.Text;

namespace Micro.Transport.Messages;

/// <summary>Checks the first line of a request (RFC 9112, section 3): method, blank, target, blank, version.</summary>
internal static class RequestLine
{
    /// <summary>Checks method and target of a line whose version is checked already, and returns the method.</summary>
    /// <exception cref="MalformedMessageException">The line is malformed.</exception>
    public static RequestMethod Parse(ReadOnlySpan<byte> line)
    {
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1 || last != line.Length - 9 || !FieldRules.IsToken(line[..first]))
        {
            throw new MalformedMessageException(400, "malformed request line");
        }

        var target = line[(first + 1)..last];
        if (target.IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0 || target.IndexOf("%00"u8) >= 0)
        {
            throw new MalformedMessageException(400, "the request target contains an invalid byte");
        }

        // Names of methods are case-sensitive (RFC 9110, section 9.1).
        return line[..first] switch
        {
            [(byte)'P', (byte)'O', (byte)'S', (byte)'T'] => RequestMethod.Post,
            [(byte)'G', (byte)'E', (byte)'T'] => RequestMethod.Get,
            [(byte)'H', (byte)'E', (byte)'A', (byte)'D'] => RequestMethod.Head,
            _ => RequestMethod.Other,
        };
    }

    /// <summary>
    /// Returns whether the target has one of the forms of RFC 9112, section 3.2, and the same host as the header. With two
    /// different hosts, a proxy and a server could disagree.
    /// </summary>
    /// <param name="line">The whole line, already parsed.</param>
    /// <param name="host">The value of the <c>Host</c> header.</param>
    public static bool IsConsistent(ReadOnlySpan<byte> line, ReadOnlySpan<byte> host)
    {
        var target = TargetOf(line);
        if (target[0] == '/')
        {
            return !line.StartsWith("CONNECT "u8);
        }

        if (target.SequenceEqual("*"u8))
        {
            return line.StartsWith("OPTIONS "u8);
        }

        if (line.StartsWith("CONNECT "u8))
        {
            return HostRules.IsValid(target) && Ascii.EqualsIgnoreCase(target, host);
        }

        var authority = StartsWithIgnoreCase(target, "http://"u8) ? target[7..]
            : StartsWithIgnoreCase(target, "https://"u8) ? target[8..]
            : default;
        var end = authority.IndexOfAny((byte)'/', (byte)'?', (byte)'#');
        authority = end < 0 ? authority : authority[..end];
        return !authority.IsEmpty && HostRules.IsValid(authority) && Ascii.EqualsIgnoreCase(authority, host);
    }

    /// <summary>Returns the target of a parsed line.</summary>
    public static ReadOnlySpan<byte> TargetOf(ReadOnlySpan<byte> line) => line[(line.IndexOf((byte)' ') + 1)..line.LastIndexOf((byte)' ')];

    private static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);
}
