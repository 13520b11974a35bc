using System.Net;

namespace Micro.Transport.Sockets;

/// <summary>One address of the machine, with the data to choose the registered address.</summary>
/// <param name="Interface">Name of the interface.</param>
/// <param name="Address">The address.</param>
/// <param name="IsUp"><see langword="true"/> when the interface is up.</param>
/// <param name="HasGateway"><see langword="true"/> when the interface has a default route.</param>
internal sealed record InterfaceAddress(string Interface, IPAddress Address, bool IsUp = true, bool HasGateway = false);
