using System.Net;

namespace Micro.Registry.Mdns.Transport;

/// <summary>Sends and receives the packets of one host on one link. Safe for concurrent use.</summary>
internal interface IMdnsTransport : IAsyncDisposable
{
    /// <summary>Opens the sockets and begins to receive.</summary>
    /// <exception cref="RegistryUnavailableException">No interface can be used.</exception>
    void Start(IMdnsReceiver receiver);

    /// <summary>Sends to the groups on every interface; false when it left on none.</summary>
    bool SendToGroup(ReadOnlySpan<byte> packet, MdnsChannel channel);

    /// <summary>Sends an answer to an asker, from the protocol's port.</summary>
    bool SendTo(ReadOnlySpan<byte> packet, IPEndPoint to);

    /// <summary>Returns whether it is an address of this machine.</summary>
    bool IsOwn(IPAddress address);
}
