using System.Net;

namespace Micro.Registry.Mdns.Transport;

/// <summary>Receives packets. Called on the transport's loops: must not block.</summary>
internal interface IMdnsReceiver
{
    void OnPacket(ReadOnlySpan<byte> packet, IPEndPoint from);

    void OnInterfacesChanged();
}
