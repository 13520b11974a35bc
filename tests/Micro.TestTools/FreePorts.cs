using System.Net;
using System.Net.Sockets;

namespace Micro.TestTools;

/// <summary>Ports for servers that cannot choose one themselves, or that come back on the same one.</summary>
public static class FreePorts
{
    // Below the range from which systems take the ports of outgoing connections (32768 on Linux, 49152 elsewhere): such a port
    // stays free between the look at it and the start of the server, and while the server is away.
    private const int First = 10_000;
    private const uint Count = 22_000;
    private static int _last = Environment.ProcessId * 61;

    /// <summary>A port of the loopback interface that nobody listens on; each call gives another one.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
    }

    /// <summary>So many ports.</summary>
    public static int[] Next(int count) => [.. Enumerable.Range(0, count).Select(static _ => Next())];
}
