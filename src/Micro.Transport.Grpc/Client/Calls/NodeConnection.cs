using System.Net.Sockets;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>One connection in the hands of the HTTP/2 handler; tells when it closes.</summary>
internal sealed class NodeConnection(Socket socket, NodeConnections owner) : NetworkStream(socket, ownsSocket: true)
{
    private int _isClosed;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            owner.OnClosed();
        }
    }
}
