using Microsoft.AspNetCore.Connections;

namespace Micro.Transport;

/// <summary>
/// What servers listen on and clients connect through: the machine's sockets, or what a test puts in their place. All above
/// it is the same for both.
/// </summary>
internal interface INetwork
{
    /// <summary>Makes what a server accepts connections from.</summary>
    IConnectionListenerFactory Listeners { get; }

    /// <summary>Whether servers can speak TLS: they look at the socket before the handshake.</summary>
    bool CarriesServerTls { get; }

    /// <summary>Opens a connection. The caller bounds the time.</summary>
    /// <param name="host">Address or name.</param>
    /// <param name="port">Port, not 0.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="System.Net.Sockets.SocketException">There is nobody, or no way.</exception>
    ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken);
}
