using System.Net;
using System.Net.Sockets;

namespace Micro.Server.Peers;

/// <summary>
/// The peers with connections, by address: an IPv4 address, or the first 64 bits of an IPv6 address, because a host chooses
/// the rest freely (RFC 4291, section 2.5.4). Safe for concurrent use.
/// </summary>
/// <param name="connectionsPerPeer">Maximum number of connections of one peer.</param>
internal sealed class PeerTable(int connectionsPerPeer)
{
    private const int NetworkBytes = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<object, Peer> _peers = [];

    /// <summary>Counts a connection.</summary>
    /// <returns>Its peer; <see langword="null"/> when the peer has too many connections.</returns>
    public Peer? Enter(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address })
        {
            // In memory: no limit, a process does not attack itself.
            return new Peer(key: null);
        }

        var key = KeyOf(address);
        lock (_gate)
        {
            if (!_peers.TryGetValue(key, out var peer))
            {
                _peers[key] = peer = new Peer(key);
            }

            if (peer.Connections >= connectionsPerPeer)
            {
                return null;
            }

            peer.Connections++;
            return peer;
        }
    }

    /// <summary>Removes a connection.</summary>
    public void Leave(Peer peer)
    {
        if (peer.Key is null)
        {
            return;
        }

        lock (_gate)
        {
            if (--peer.Connections == 0)
            {
                _peers.Remove(peer.Key);
            }
        }
    }

    private static object KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return BitConverter.ToUInt64(bytes[..NetworkBytes]);
    }
}
