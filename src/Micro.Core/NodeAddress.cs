using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Micro;

/// <summary>The one place that splits and joins <c>host:port</c>; IPv6 hosts stand in brackets exactly once.</summary>
public static class NodeAddress
{
    /// <summary>Joins host and port.</summary>
    /// <param name="host">Host name, IPv4 or IPv6 address, with or without brackets.</param>
    /// <param name="port">Port, 0 to 65535.</param>
    /// <returns>The address, IPv6 in brackets.</returns>
    public static string Format(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        var bare = host is ['[', .., ']'] ? host[1..^1] : host;
        return bare.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"[{bare}]:{port}")
            : string.Create(CultureInfo.InvariantCulture, $"{bare}:{port}");
    }

    /// <summary>Joins an IP address and a port.</summary>
    /// <param name="address">The address; IPv4 mapped into IPv6 is written as IPv4.</param>
    /// <param name="port">Port, 0 to 65535.</param>
    /// <returns>The address, IPv6 in brackets.</returns>
    public static string Format(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Format((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString(), port);
    }

    /// <summary>Splits an address.</summary>
    /// <param name="address">Text of the form <c>host:port</c>, <c>[ipv6]:port</c> or <c>:port</c>.</param>
    /// <param name="host">The host without brackets, possibly empty.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    /// <returns><see langword="true"/> if the text has that form.</returns>
    public static bool TryParse(string? address, out string host, out int port)
    {
        host = "";
        port = 0;
        if (address is null)
        {
            return false;
        }

        var colon = address.LastIndexOf(':');
        if (colon < 0
            || address.AsSpan(colon + 1).ContainsAnyExceptInRange('0', '9') // the parser of numbers skips NULs at the end
            || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var name = address[..colon];
        if (name is ['[', .., ']'])
        {
            // IPAddress reads brackets, and a port behind them, by itself, and takes any character for part of a zone.
            name = name[1..^1];
            if (name.AsSpan().ContainsAny('[', ']') || name.AsSpan().ContainsAnyExceptInRange('!', '~') || !IPAddress.TryParse(name, out var ip) || ip.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return false;
            }
        }
        else if (name.AsSpan().IndexOfAny(":[]/ ") >= 0 || name.Any(char.IsControl) || name.Any(char.IsWhiteSpace))
        {
            return false;
        }

        host = name;
        port = number;
        return true;
    }
}
