using System.Net.Sockets;

namespace Micro.Transport.Sockets;

/// <summary>
/// Limits what the system holds for a client that reads slowly. It grows the send buffer of a connection to megabytes, so a
/// client that has stopped reading would be noticed only when thousands of replies fill it (tcp(7), <c>TCP_NOTSENT_LOWAT</c>).
/// What is sent and not yet acknowledged does not count: a long and fast path is used as well as before.
/// </summary>
internal static class UnsentBytes
{
    private const int MostBytes = 128 * 1024;
    private const int ProtocolTcp = 6;
    private const int NotSentLowWaterOnLinux = 25;
    private const int NotSentLowWaterOnMacOs = 0x201;

    public static void Limit(Socket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(ProtocolTcp, NotSentLowWaterOnLinux, BitConverter.GetBytes(MostBytes));
        }
        else if (OperatingSystem.IsMacOS())
        {
            socket.SetRawSocketOption(ProtocolTcp, NotSentLowWaterOnMacOs, BitConverter.GetBytes(MostBytes));
        }
    }
}
