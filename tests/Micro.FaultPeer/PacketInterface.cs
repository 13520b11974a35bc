using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Micro.FaultPeer;

/// <summary>
/// A network interface as a packet socket (packet(7)): reads and writes whole Ethernet frames, each behind the header of
/// virtio_net, by which the kernel passes on that checksums and segments are still to be made.
/// </summary>
internal sealed class PacketInterface : IDisposable
{
    /// <summary>Length of <c>struct virtio_net_hdr</c>.</summary>
    public const int HeaderLength = 10;

    /// <summary>The longest read: a super-frame of 64 KiB with its headers.</summary>
    public const int LongestFrame = HeaderLength + 65_536 + 64;

    private const int EveryProtocol = 0x0003;
    private const int PacketLevel = 263;
    private const int VirtioHeaderOption = 15;
    private const int IgnoreOutgoingOption = 23;
    private readonly Socket _socket;

    public PacketInterface(string name)
    {
        _socket = new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)BinaryPrimitives.ReverseEndianness((ushort)EveryProtocol));
        Span<byte> on = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(on, 1);
        _socket.SetRawSocketOption(PacketLevel, VirtioHeaderOption, on);
        _socket.SetRawSocketOption(PacketLevel, IgnoreOutgoingOption, on);
        _socket.ReceiveBufferSize = 4 << 20;
        _socket.Bind(new PacketEndPoint(NetworkIndex(name)));
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer);

    public ValueTask<int> WriteAsync(ReadOnlyMemory<byte> frame) => _socket.SendAsync(frame);

    public void Dispose() => _socket.Dispose();

    private static int NetworkIndex(string name) =>
        NetworkInterface.GetAllNetworkInterfaces().Single(found => found.Name == name).GetIPProperties().GetIPv4Properties().Index;

    /// <summary>An address of <c>struct sockaddr_ll</c> that names an interface.</summary>
    private sealed class PacketEndPoint(int index) : EndPoint
    {
        private const int Length = 20;

        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, Length);
            var bytes = address.Buffer.Span;
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], EveryProtocol);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], index);
            return address;
        }
    }
}
