using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Micro.Registry.Mdns.Transport;

/// <summary>Finds the interfaces to use: all that are up and multicast capable, and always the loopback.</summary>
internal static class MdnsInterfaces
{
    public static IReadOnlyList<MdnsInterface> Find(IReadOnlyList<string> selection)
    {
        var found = new List<MdnsInterface>();
        foreach (var candidate in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (IsUsable(candidate) && Describe(candidate) is { } described && IsSelected(described, selection))
            {
                found.Add(described);
            }
        }

        return found;
    }

    // Linux does not flag its loopback as multicast capable, but it passes IPv4 multicast.
    private static bool IsUsable(NetworkInterface candidate) =>
        candidate.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
        && (candidate.NetworkInterfaceType == NetworkInterfaceType.Loopback || candidate.SupportsMulticast);

    private static bool IsSelected(MdnsInterface described, IReadOnlyList<string> selection) =>
        selection.Count == 0
        || selection.Any(wanted => string.Equals(wanted, described.Name, StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(wanted, out var address) && described.Addresses.Contains(address)));

    private static MdnsInterface? Describe(NetworkInterface candidate)
    {
        var addresses = new List<IPAddress>();
        var subnets = new List<IPNetwork>();
        IPAddress? first = null;
        var hasIPv6 = false;
        try
        {
            var properties = candidate.GetIPProperties();
            foreach (var unicast in properties.UnicastAddresses)
            {
                var isIPv4 = unicast.Address.AddressFamily == AddressFamily.InterNetwork;
                first ??= isIPv4 ? unicast.Address : null;
                hasIPv6 |= !isIPv4;
                addresses.Add(unicast.Address);
                subnets.Add(Subnet(unicast.Address, unicast.PrefixLength));
            }

            // IPv6 multicast does not pass a loopback.
            var useIPv6 = hasIPv6 && candidate.NetworkInterfaceType != NetworkInterfaceType.Loopback;
            return first is null && !useIPv6
                ? null
                : new MdnsInterface(candidate.Name, Index(candidate, properties), first, useIPv6, addresses, subnets);
        }
        catch (NetworkInformationException)
        {
            // The interface vanished while it was looked at.
            return null;
        }
    }

    private static int Index(NetworkInterface candidate, IPInterfaceProperties properties) =>
        candidate.Supports(NetworkInterfaceComponent.IPv4)
            ? properties.GetIPv4Properties().Index
            : properties.GetIPv6Properties().Index;

    private static IPNetwork Subnet(IPAddress address, int prefixLength)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefixLength; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), prefixLength);
    }
}
