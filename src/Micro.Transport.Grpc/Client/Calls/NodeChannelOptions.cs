using Micro.Client;
using Micro.Registry;
using Micro.Server;
using Micro.Transport.Security;
using Micro.Transport.Sockets;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>How one node is connected to. The one place where it is decided, TLS included.</summary>
internal sealed record NodeChannelOptions
{
    /// <summary>How long a connection of our own servers may be silent before it is tested: they allow any number of pings.</summary>
    private static readonly TimeSpan OwnPing = TimeSpan.FromSeconds(1);

    public required Uri Address { get; init; }

    public required GrpcChannelOptions Channel { get; init; }

    /// <summary>TLS of its connections, if they have it; their handshakes are made before the handler gets them.</summary>
    public ClientTls? Tls { get; init; }

    /// <summary>What connections are made through.</summary>
    public INetwork Network { get; init; } = SocketNetwork.Instance;

    /// <summary>Most connections; each carries as many calls as the server allows.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>Age after which an idle connection is closed.</summary>
    public required TimeSpan IdleTimeout { get; init; }

    public required TimeProvider TimeProvider { get; init; }

    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>: the address of the node is none.</exception>
    public static NodeChannelOptions For(Node node, ClientOptions client, ClientTls? tls = null)
    {
        if (!NodeAddress.TryParse(node.Address, out var host, out var port)
            || host.Length == 0
            || port == 0
            || !Uri.TryCreate($"{(tls is null ? "http" : "https")}://{NodeAddress.Format(host, port)}", UriKind.Absolute, out var address))
        {
            throw new MicroException(503, "go.micro.client.transport", $"connection error: '{node.Address}' is not host:port", ErrorKind.Connect);
        }

        var channel = new GrpcChannelOptions
        {
            ConnectTimeout = client.DialTimeout,
            MaxReceiveMessageBytes = client.Limits.MaxMessageBytes,
            MaxSendMessageBytes = client.Limits.MaxMessageBytes,
            MaxHeaderBytes = client.Limits.MaxHeaderBytes,
        };
        if (node.Metadata.ContainsKey(ProtocolNames.MetadataKey))
        {
            channel.KeepAliveDelay = OwnPing;
            channel.KeepAliveTimeout = OwnPing;
        }

        return new NodeChannelOptions
        {
            Address = address,
            Channel = channel,
            Tls = tls,
            Network = client.Network,
            MaxConnections = client.PoolSize,
            IdleTimeout = client.PoolTtl,
            TimeProvider = client.TimeProvider,
        };
    }
}
