using System.Buffers.Binary;

namespace Micro.FaultPeer;

/// <summary>A TCP connection over IPv4, the same whichever way a packet goes.</summary>
internal readonly record struct TcpFlow(ulong Lower, ulong Higher)
{
    private const int EthernetHeader = 14;
    private const ushort InternetProtocol4 = 0x0800;
    private const byte TransmissionControl = 6;

    public static bool TryRead(ReadOnlySpan<byte> frame, out TcpFlow flow)
    {
        flow = default;
        if (frame.Length < EthernetHeader + 24 || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != InternetProtocol4)
        {
            return false;
        }

        var packet = frame[EthernetHeader..];
        var headerLength = (packet[0] & 0x0f) * 4;
        if (packet[9] != TransmissionControl || packet.Length < headerLength + 4)
        {
            return false;
        }

        var source = End(packet[12..], packet[headerLength..]);
        var destination = End(packet[16..], packet[(headerLength + 2)..]);
        flow = source < destination ? new TcpFlow(source, destination) : new TcpFlow(destination, source);
        return true;
    }

    public bool Has(int port) => (int)(Lower & 0xffff) == port || (int)(Higher & 0xffff) == port;

    private static ulong End(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port) =>
        ((ulong)BinaryPrimitives.ReadUInt32BigEndian(address) << 16) | BinaryPrimitives.ReadUInt16BigEndian(port);
}
