using System.Net;
using Grpc.Core;
using Grpc.Net.Client;

namespace Micro.Transport.Grpc.Client;

/// <summary>
/// The HTTP/2 connections to one node, shared by all calls; more are opened when streams run out. Closed when retired and
/// its last call has ended.
/// </summary>
internal sealed class NodeChannel : IDisposable
{
    private readonly NodeConnections _connections;
    private readonly CallHandler _handler;
    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;
    private readonly TimeProvider _time;
    private int _calls;
    private int _isRetired;
    private int _isClosed;

    public NodeChannel(string address, NodeChannelOptions options, CallHeaders headers)
    {
        Address = address;
        _time = options.TimeProvider;
        _connections = new NodeConnections(address, options.DialTimeout, options.MaxConnections, options.TimeProvider, options.Tls, options.Network);
        _handler = new CallHandler(CreateHandler(options, _connections), headers);

        _channel = GrpcChannel.ForAddress(options.Address, CreateOptions(options, _handler));
        _invoker = _channel.CreateCallInvoker();
        LastUsed = _time.GetTimestamp();
    }

    /// <summary>Gets the address of the node, <c>host:port</c>.</summary>
    public string Address { get; }

    /// <summary>Gets the timestamp at which bytes arrived last; the smallest value before the first connection.</summary>
    public long HeardAt => _connections.HeardAt;

    /// <summary>Gets the timestamp of the end of the last call.</summary>
    public long LastUsed { get; private set; }

    /// <summary>Gets the number of open connections.</summary>
    public int Connections => _connections.Count;

    /// <summary>Gets the reason the node refused all connections so far, if it did.</summary>
    public string? Refusal => _connections.Refusal;

    /// <summary>Adds a call; <see langword="false"/> when the channel is retired.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _calls) > 0)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Removes a call.</summary>
    public void Exit()
    {
        LastUsed = _time.GetTimestamp();
        Leave();
    }

    /// <summary>Retires the channel unless calls run.</summary>
    public bool TryRetireIdle()
    {
        if (Interlocked.CompareExchange(ref _calls, int.MinValue, 0) != 0)
        {
            return false;
        }

        _isRetired = 1;
        Close();
        return true;
    }

    /// <summary>Rejects further calls, and closes when running ones have ended.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isRetired, 1) == 0 && Interlocked.Add(ref _calls, int.MinValue) == int.MinValue)
        {
            Close();
        }
    }

    /// <summary>Waits until there is a connection.</summary>
    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>.</exception>
    public ValueTask ConnectAsync(TimeSpan timeout, CancellationToken cancellationToken) => _connections.EnsureAsync(timeout, cancellationToken);

    /// <summary>Sends a unary call; disposing it before its end cancels it.</summary>
    public AsyncUnaryCall<object> Call(Method<OutgoingCall, object> method, OutgoingCall call)
    {
        _handler.Current = call;
        var running = _invoker.AsyncUnaryCall(method, null, default, call);
        _handler.Current = null;
        return running;
    }

    /// <summary>Opens a stream; the library ends it when the token fires.</summary>
    public AsyncDuplexStreamingCall<OutgoingCall, object> Open(Method<OutgoingCall, object> method, OutgoingCall call, CancellationToken cancellationToken)
    {
        _handler.Current = call;
        var running = _invoker.AsyncDuplexStreamingCall(method, null, new CallOptions(cancellationToken: cancellationToken));
        _handler.Current = null;
        return running;
    }

    private static SocketsHttpHandler CreateHandler(NodeChannelOptions options, NodeConnections connections) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = Timeout.InfiniteTimeSpan, // the callback has its own
        ConnectCallback = (_, cancellationToken) => connections.ConnectAsync(cancellationToken),
        EnableMultipleHttp2Connections = true,
        MaxResponseHeadersLength = options.Limits.MaxHeaderBytes / 1024,
        KeepAlivePingDelay = options.Ping ?? Timeout.InfiniteTimeSpan,
        KeepAlivePingTimeout = options.Ping ?? Timeout.InfiniteTimeSpan,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionIdleTimeout = options.IdleTimeout,
    };

    /// <summary>Disables the library's retry, deadline and load balancing: the client does these itself.</summary>
    private static GrpcChannelOptions CreateOptions(NodeChannelOptions options, CallHandler handler) => new()
    {
        // A client, because the library adds a load balancer to a handler.
        HttpClient = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan },
        DisposeHttpClient = true,
        MaxReceiveMessageSize = options.Limits.MaxMessageBytes,
        MaxSendMessageSize = null, // checked when messages are encoded
        CompressionProviders = [new LimitedGzip(options.Limits.MaxMessageBytes)],
    };

    private void Leave()
    {
        if (Interlocked.Decrement(ref _calls) == int.MinValue)
        {
            Close();
        }
    }

    private void Close()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _channel.Dispose();
            _connections.Dispose();
        }
    }
}
