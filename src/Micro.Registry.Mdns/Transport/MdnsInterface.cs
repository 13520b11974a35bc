using System.Net;

namespace Micro.Registry.Mdns.Transport;

/// <summary>One network interface that is used.</summary>
/// <param name="Name">Its name, for logs.</param>
/// <param name="Index">Its index.</param>
/// <param name="IPv4">Its first IPv4 address, or null when IPv4 is not used on it.</param>
/// <param name="UseIPv6">Whether IPv6 is used on it.</param>
/// <param name="Addresses">All its addresses.</param>
/// <param name="Subnets">The networks of its addresses.</param>
internal sealed record MdnsInterface(
    string Name, int Index, IPAddress? IPv4, bool UseIPv6, IReadOnlyList<IPAddress> Addresses, IReadOnlyList<IPNetwork> Subnets)
{
    /// <summary>Text that differs when anything differs that matters here.</summary>
    public string Identity { get; } = $"{Name} {Index} {UseIPv6} {string.Join(',', Subnets)} {string.Join(',', Addresses)}";
}
