using dotnet_etcd;
using dotnet_etcd.interfaces;
using Grpc.Core;
using Grpc.Net.Client;
using Micro.Basics;
using Micro.Registry.Kit;
using Micro.Transport.Sockets;

namespace Micro.Registry.Etcd.Api;

/// <summary>One member of the cluster and the connections to it. Safe for concurrent use. Nothing is opened before the first call.</summary>
internal sealed class EtcdMember : IDisposable
{
    private const int MaxSendBytes = 4 * 1024 * 1024;
    private readonly GrpcChannel _channel;
    private readonly EtcdClient _client;
    private readonly TimeProvider _time;
    private readonly DialGate _gate;

    public EtcdMember(Uri address, EtcdRegistryOptions options, EtcdTls tls, LocalConnections connections, TimeProvider time, Random random)
    {
        Address = address;
        _gate = new DialGate(time, random, connections.ConnectAsync);
        _time = time;
        _channel = GrpcChannel.ForAddress(
            address,
            new GrpcChannelOptions
            {
                // With a client of its own the channel makes no connections itself and adds no back-off to ours.
                HttpClient = CreateHttpClient(address, options, tls, _gate),
                DisposeHttpClient = true,
                MaxReceiveMessageSize = options.MaxReceiveBytes,
                MaxSendMessageSize = MaxSendBytes,
                CompressionProviders = [],
            });
        _client = new EtcdClient(_channel.CreateCallInvoker());
    }

    public Uri Address { get; }

    /// <summary>Gets the generated clients, for streams.</summary>
    public IConnection Connection => _client.GetConnection();

    /// <summary>Calls a unary method and returns its response.</summary>
    /// <exception cref="RpcException">The call failed or took too long; the message is the reason.</exception>
    public async Task<T> CallAsync<T>(Func<EtcdClient, CancellationToken, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Not the deadline of gRPC, which follows the wall clock.
        using var limit = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await call(_client, either.Token).ConfigureAwait(false);
        }
        catch (RpcException exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw EtcdErrors.Create(StatusCode.DeadlineExceeded, $"not answered within {ReadableTime.Of(timeout)}", exception);
        }
        catch (RpcException exception)
        {
            throw EtcdErrors.Explain(exception, cancellationToken);
        }
    }

    /// <summary>Connects without a pause: the network has changed.</summary>
    public void Hasten() => _gate.Hasten();

    public void Dispose()
    {
        _client.Dispose();
        _channel.Dispose();
    }

    private static HttpClient CreateHttpClient(Uri address, EtcdRegistryOptions options, EtcdTls tls, DialGate gate)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            MaxResponseHeadersLength = 32,
            KeepAlivePingDelay = TimeSpan.FromSeconds(10), // etcd allows one ping in 5 s
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            SslOptions = tls.CreateOptions(),
            ConnectCallback = (context, cancellationToken) => gate.ConnectAsync(context.DnsEndPoint, cancellationToken),
        };
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Host = options.Tls.ServerName is { } name ? $"{name}:{address.Port}" : null;
        return client;
    }
}
