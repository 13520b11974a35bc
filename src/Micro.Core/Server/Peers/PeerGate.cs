using Micro.Transport;
using Microsoft.AspNetCore.Connections;

namespace Micro.Server.Peers;

/// <summary>Counts the connections of each peer, and aborts those above the limit.</summary>
internal sealed class PeerGate(ProtocolHost host, ConnectionDelegate next)
{
    public async Task ServeAsync(ConnectionContext connection)
    {
        if (host.Peers.Enter(connection.RemoteEndPoint) is not { } peer)
        {
            const string Reason = "its address has too many connections";
            host.Logger.ConnectionCut(connection.ConnectionId, connection.RemoteEndPoint?.ToString(), Reason);
            connection.Abort(new ConnectionAbortedException(Reason));
            return;
        }

        connection.Features.Set(peer);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            host.Peers.Leave(peer);
        }
    }
}
