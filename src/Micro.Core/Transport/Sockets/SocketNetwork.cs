using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Micro.Transport.Sockets;

/// <summary>The machine's network. Never goes through a proxy of the system.</summary>
internal sealed class SocketNetwork : INetwork
{
    public static readonly SocketNetwork Instance = new();

    public IConnectionListenerFactory Listeners { get; } = new SocketTransport();

    public bool CarriesServerTls => true;

    public async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var endPoint = IPAddress.TryParse(host, out var ip) ? new IPEndPoint(ip, port) : (EndPoint)new DnsEndPoint(host, port);
        var socket = ip is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
