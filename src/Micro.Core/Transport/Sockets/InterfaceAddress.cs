using System.Net;

namespace Micro.Transport.Sockets;

/// <summary>One address of the machine, as far as the choice of the registered one needs it.</summary>
/// <param name="Interface">Name of the interface.</param>
/// <param name="Address">The address.</param>
/// <param name="IsUp">Whether the interface works.</param>
/// <param name="HasGateway">Whether the interface has a default route.</param>
internal sealed record InterfaceAddress(string Interface, IPAddress Address, bool IsUp = true, bool HasGateway = false);
