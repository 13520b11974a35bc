using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Micro.Registry;
using Micro.Transport.Sockets;

namespace Micro.Server;

/// <summary>Chooses the address to register (go-micro's rules, with its odd cases corrected).</summary>
internal static class AdvertiseAddress
{
    /// <summary>Returns the problem of an address to register; <see langword="null"/> for a valid one.</summary>
    public static string? Check(string text) =>
        !TrySplit(text, out var host, out var port) ? "must be host or host:port"
        : port == 0 ? "the port must be 1 to 65535; omit it to register the listening port"
        : IsAny(host) || ServiceRecordRules.CheckAddress(NodeAddress.Format(host, port ?? 1)) is null ? null
        : $"'{host}' is not a host name or an address that can be called";

    /// <summary>Chooses the address; a pure function of its arguments.</summary>
    /// <param name="options">Advertise, preferred networks and the host name option.</param>
    /// <param name="listenHost">Host the server listens on; empty, <c>0.0.0.0</c> or <c>::</c> for all.</param>
    /// <param name="port">Port the server listens on.</param>
    /// <param name="candidates">The machine's addresses, see <see cref="InterfaceAddresses"/>; read only when needed.</param>
    /// <param name="hostName">The machine's name.</param>
    /// <exception cref="InvalidOperationException">No address can be found.</exception>
    public static AdvertisedAddress Choose(
        ServerOptions options,
        string listenHost,
        int port,
        Func<IReadOnlyList<InterfaceAddress>> candidates,
        Func<string> hostName)
    {
        if (!string.IsNullOrEmpty(options.Advertise) && TrySplit(options.Advertise, out var host, out var advertisedPort))
        {
            port = advertisedPort ?? port;
            if (!IsAny(host))
            {
                return new AdvertisedAddress(NodeAddress.Format(host, port), "advertise is set");
            }
        }

        if (options.AdvertiseHostName)
        {
            return new AdvertisedAddress(NodeAddress.Format(hostName(), port), "the host name is requested");
        }

        if (!IsAny(listenHost))
        {
            return new AdvertisedAddress(NodeAddress.Format(listenHost, port), "the server listens only on it");
        }

        var onlyIPv4 = string.Equals(listenHost, "0.0.0.0", StringComparison.Ordinal);
        var choice = AddressRanking.Choose(
            candidates().Where(candidate => !onlyIPv4 || candidate.Address.AddressFamily == AddressFamily.InterNetwork),
            [.. options.PreferredNetworks]);
        return choice is { } best
            ? new AdvertisedAddress(NodeAddress.Format(best.Address, port), best.Reason) { IsRoutable = AddressRanking.IsRoutable(best.Address) }
            : throw new InvalidOperationException("no IP address found: set the advertise address");
    }

    /// <summary>Splits <c>host</c>, <c>host:port</c>, <c>[ipv6]</c> or <c>[ipv6]:port</c>.</summary>
    private static bool TrySplit(string text, [NotNullWhen(true)] out string? host, out int? port)
    {
        if (NodeAddress.TryParse(text, out host, out var number))
        {
            port = number;
            return host.Length > 0;
        }

        port = null;
        if (text is ['[', .., ']'])
        {
            host = text[1..^1];
            return IPAddress.TryParse(host, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6;
        }

        host = text;
        return !text.Contains(':', StringComparison.Ordinal) && Uri.CheckHostName(text) != UriHostNameType.Unknown;
    }

    private static bool IsAny(string host) =>
        host.Length == 0 || (IPAddress.TryParse(host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
}
