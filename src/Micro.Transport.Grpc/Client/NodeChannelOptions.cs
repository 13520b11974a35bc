using Micro.Client;
using Micro.Transport.Security;
using Micro.Transport.Sockets;

namespace Micro.Transport.Grpc.Client;

/// <summary>The settings of the connections to one node, TLS included.</summary>
internal sealed record NodeChannelOptions
{
    /// <summary>The silence after which a connection to a node of this framework is pinged; these nodes do not limit pings.</summary>
    private static readonly TimeSpan FrameworkPing = TimeSpan.FromSeconds(1);

    public required Uri Address { get; init; }

    /// <summary>Gets the longest time to open a connection, TLS included.</summary>
    public required TimeSpan DialTimeout { get; init; }

    /// <summary>Gets the limits on what the node may send.</summary>
    public required TransportLimits Limits { get; init; }

    /// <summary>Gets the silence after which a connection is pinged; <see langword="null"/> for no ping.</summary>
    public TimeSpan? Ping { get; init; }

    /// <summary>Gets TLS of the connections; <see langword="null"/> without TLS. Handshakes complete before the handler gets the connection.</summary>
    public ClientTls? Tls { get; init; }

    /// <summary>Gets the network used to open connections.</summary>
    public INetwork Network { get; init; } = SocketNetwork.Instance;

    /// <summary>Gets the maximum number of connections; each carries as many calls as the server allows.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>Gets the age after which an idle connection is closed.</summary>
    public required TimeSpan IdleTimeout { get; init; }

    public required TimeProvider TimeProvider { get; init; }

    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>: the node's address is not host:port.</exception>
    public static NodeChannelOptions For(Node node, ClientOptions client, ClientTls? tls = null)
    {
        if (!NodeAddress.TryParse(node.Address, out var host, out var port)
            || host.Length == 0
            || port == 0
            || !Uri.TryCreate($"{(tls is null ? "http" : "https")}://{NodeAddress.Format(host, port)}", UriKind.Absolute, out var address))
        {
            throw new MicroException(503, "go.micro.client.transport", $"connection error: '{node.Address}' is not host:port", ErrorKind.Connect);
        }

        return new NodeChannelOptions
        {
            Address = address,
            DialTimeout = client.DialTimeout,
            Limits = client.Limits,
            Ping = node.Metadata.ContainsKey(ProtocolNames.MetadataKey) ? FrameworkPing : null,
            Tls = tls,
            Network = client.Network,
            MaxConnections = client.PoolSize,
            IdleTimeout = client.PoolTtl,
            TimeProvider = client.TimeProvider,
        };
    }
}
