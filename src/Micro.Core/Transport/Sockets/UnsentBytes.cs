using System.Net.Sockets;

namespace Micro.Transport.Sockets;

/// <summary>
/// Limits the bytes that the system buffers for a slow reader. The send buffer of a connection grows to megabytes, so a client
/// that has stopped reading would be detected only after thousands of replies (tcp(7), <c>TCP_NOTSENT_LOWAT</c>). Bytes sent
/// but not acknowledged do not count, so the throughput of long, fast paths does not suffer.
/// </summary>
internal static class UnsentBytes
{
    private const int MaxBytes = 128 * 1024;
    private const int ProtocolTcp = 6;
    private const int NotSentLowWaterOnLinux = 25;
    private const int NotSentLowWaterOnMacOs = 0x201;

    public static void Limit(Socket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(ProtocolTcp, NotSentLowWaterOnLinux, BitConverter.GetBytes(MaxBytes));
        }
        else if (OperatingSystem.IsMacOS())
        {
            socket.SetRawSocketOption(ProtocolTcp, NotSentLowWaterOnMacOs, BitConverter.GetBytes(MaxBytes));
        }
    }
}
