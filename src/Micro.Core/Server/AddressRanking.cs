using System.Net;
using System.Net.Sockets;
using Micro.Transport.Sockets;

namespace Micro.Server;

/// <summary>
/// Ranks the machine's addresses: preferred networks, then private, public, unique-local IPv6, virtual bridges, loopback and
/// link-local;
/// within a rank the interface with the default route first, IPv4 before IPv6, then the order of the system.
/// </summary>
internal static class AddressRanking
{
    private static readonly string[] VirtualPrefixes = ["docker", "br-", "veth", "virbr", "vEthernet", "cni", "flannel", "cali", "podman", "lxc"];

    private static readonly IPNetwork[] PrivateNetworks =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
    ];

    private static readonly IPNetwork UniqueLocal = IPNetwork.Parse("fc00::/7");

    private static readonly IPNetwork LinkLocalIPv4 = IPNetwork.Parse("169.254.0.0/16");

    private enum Rank
    {
        Private = 0,
        Public,
        UniqueLocal,
        VirtualPrivate,
        VirtualPublic,
        Loopback,
        LinkLocal,
    }

    /// <summary>Returns <see langword="true"/> for an address that other machines can reach.</summary>
    public static bool IsRoutable(IPAddress address) => !IPAddress.IsLoopback(address) && !IsLinkLocal(address);

    public static (IPAddress Address, string Reason)? Choose(IEnumerable<InterfaceAddress> candidates, IReadOnlyList<IPNetwork> preferred)
    {
        var usable = candidates
            .Where(static candidate => candidate.IsUp)
            .Select(static candidate => candidate with { Address = Normalize(candidate.Address) })
            .Where(static candidate => IsUnicast(candidate.Address))
            .OrderBy(RankOf)
            .ThenByDescending(static candidate => candidate.HasGateway)
            .ThenByDescending(static candidate => candidate.Address.AddressFamily == AddressFamily.InterNetwork)
            .ToList();

        foreach (var network in preferred)
        {
            if (usable.Find(candidate => network.Contains(candidate.Address)) is { } inside)
            {
                return (inside.Address, $"{inside.Interface} is in the preferred network {network}");
            }
        }

        return usable is [var best, ..] ? (best.Address, Explain(best, preferred.Count > 0)) : null;
    }

    private static string Explain(InterfaceAddress best, bool noneIsPreferred)
    {
        var what = RankOf(best) switch
        {
            Rank.Private => "private address",
            Rank.Public => "public address",
            Rank.UniqueLocal => "unique-local address",
            Rank.VirtualPrivate or Rank.VirtualPublic => "address",
            Rank.Loopback => "loopback address",
            _ => "link-local address",
        };
        var why = RankOf(best) switch
        {
            Rank.Private => "",
            Rank.Public => ", no private address found",
            Rank.UniqueLocal => ", no private or public address found",
            Rank.VirtualPrivate or Rank.VirtualPublic => ", a virtual bridge: nothing else found",
            Rank.Loopback => ", nothing else found: only callers on this machine reach it",
            _ => ", nothing else found",
        };
        var route = best.HasGateway ? " with the default route" : "";
        var suffix = noneIsPreferred ? "; no address is in a preferred network" : "";
        return $"{what} of {best.Interface}{route}{why}{suffix}";
    }

    private static Rank RankOf(InterfaceAddress candidate)
    {
        var address = candidate.Address;
        if (IPAddress.IsLoopback(address))
        {
            return Rank.Loopback;
        }

        if (IsLinkLocal(address))
        {
            return Rank.LinkLocal;
        }

        var isPrivate = Array.Exists(PrivateNetworks, network => network.Contains(address));
        var isVirtual = Array.Exists(VirtualPrefixes, prefix => candidate.Interface.StartsWith(prefix, StringComparison.Ordinal));
        var isUniqueLocal = UniqueLocal.Contains(address);
        return (isPrivate || isUniqueLocal, isVirtual) switch
        {
            (true, false) when isUniqueLocal => Rank.UniqueLocal,
            (true, false) => Rank.Private,
            (false, false) => Rank.Public,
            (true, true) => Rank.VirtualPrivate,
            _ => Rank.VirtualPublic,
        };
    }

    private static bool IsLinkLocal(IPAddress address) => address.IsIPv6LinkLocal || LinkLocalIPv4.Contains(address);

    /// <summary>Converts IPv4 inside IPv6 to IPv4, and removes the zone, which means nothing on another machine.</summary>
    private static IPAddress Normalize(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes())
        : address;

    private static bool IsUnicast(IPAddress address) =>
        !address.Equals(IPAddress.Any)
        && !address.Equals(IPAddress.IPv6Any)
        && !address.IsIPv6Multicast
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.GetAddressBytes()[0] < 224);
}
