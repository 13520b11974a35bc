using System.Net;
using System.Net.NetworkInformation;

namespace Micro.Transport.Sockets;

/// <summary>Reads the machine's addresses.</summary>
internal static class InterfaceAddresses
{
    public static IReadOnlyList<InterfaceAddress> Read()
    {
        var result = new List<InterfaceAddress>();
        foreach (var card in NetworkInterface.GetAllNetworkInterfaces())
        {
            try
            {
                var properties = card.GetIPProperties();
                var hasGateway = properties.GatewayAddresses.Any(
                    gateway => !gateway.Address.Equals(IPAddress.Any) && !gateway.Address.Equals(IPAddress.IPv6Any));

                // Loopback and tunnels report no state on some systems.
                var isUp = card.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown;
                result.AddRange(properties.UnicastAddresses.Select(
                    unicast => new InterfaceAddress(card.Name, unicast.Address, isUp, hasGateway)));
            }
            catch (NetworkInformationException)
            {
                // The interface went away while it was read.
            }
        }

        return result;
    }
}
