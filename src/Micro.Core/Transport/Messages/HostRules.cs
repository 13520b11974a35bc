using System.Buffers;

namespace Micro.Transport.Messages;

/// <summary>Checks the <c>Host</c> header (RFC 9110, section 7.2): a name or an address, with or without a port.</summary>
internal static class HostRules
{
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("-._~%!$&'()*+;=0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    private static readonly SearchValues<byte> Ipv6Bytes = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    /// <summary>Returns whether the value is a valid host; an empty value is allowed.</summary>
    public static bool IsValid(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return true;
        }

        ReadOnlySpan<byte> rest;
        if (value[0] == (byte)'[')
        {
            var end = value.IndexOf((byte)']');
            if (end <= 1 || value[1..end].ContainsAnyExcept(Ipv6Bytes))
            {
                return false;
            }

            rest = value[(end + 1)..];
        }
        else
        {
            var colon = value.IndexOf((byte)':');
            var name = colon < 0 ? value : value[..colon];
            if (name.IsEmpty || name.ContainsAnyExcept(NameBytes))
            {
                return false;
            }

            rest = value[name.Length..];
        }

        return rest.IsEmpty || (rest.Length is > 1 and <= 6 && rest[0] == ':' && rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0);
    }

    /// <summary>Returns the host without its port.</summary>
    public static ReadOnlySpan<byte> WithoutPort(ReadOnlySpan<byte> value)
    {
        var colon = value.LastIndexOf((byte)':');
        return colon < 0 || value[^1] == ']' ? value : value[..colon];
    }
}
