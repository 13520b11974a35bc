using Microsoft.AspNetCore.Connections;

namespace Micro.Transport;

/// <summary>
/// The network that servers listen on and clients connect through: the machine's sockets, or the network of a test. All layers
/// above are the same for both.
/// </summary>
internal interface INetwork
{
    /// <summary>Creates the listeners of a server.</summary>
    IConnectionListenerFactory Listeners { get; }

    /// <summary>Gets whether servers can use TLS, which needs the socket before the handshake.</summary>
    bool CarriesServerTls { get; }

    /// <summary>Opens a connection. The caller limits the time.</summary>
    /// <param name="host">Address or name.</param>
    /// <param name="port">Port, not 0.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The connection was refused, or the host is unreachable.</exception>
    ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken);
}
