using System.Collections.Concurrent;
using System.Net;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>
/// HTTP/2 to one node: connections that all calls share, opened as streams run out. Closed when it is retired and its last
/// call has ended.
/// </summary>
internal sealed class NodeChannel : IDisposable
{
    /// <summary>Paths that are kept; a client that makes names up must not fill the memory.</summary>
    private const int MaxKept = 4096;

    private readonly ConcurrentDictionary<(string Service, string Endpoint, string? Package), Uri> _uris = new();
    private readonly HttpMessageInvoker _invoker;
    private readonly NodeConnections _connections;
    private readonly Uri _address;
    private readonly TimeProvider _time;
    private long _lastAnswer;
    private int _calls;
    private int _isRetired;
    private int _isClosed;

    public NodeChannel(string address, NodeChannelOptions options)
    {
        Address = address;
        _address = options.Address;
        _time = options.TimeProvider;
        IsPinged = options.Channel.KeepAliveDelay is not null;
        _connections = new NodeConnections(address, options.Channel.ConnectTimeout, options.MaxConnections, options.TimeProvider, options.Tls, options.Network);
        var handler = ChannelHandler.Create(options.Channel);
        handler.ConnectTimeout = Timeout.InfiniteTimeSpan; // the callback has its own
        handler.ConnectCallback = (_, cancellationToken) => _connections.ConnectAsync(cancellationToken);
        handler.PooledConnectionIdleTimeout = options.IdleTimeout;
        _invoker = new HttpMessageInvoker(handler, disposeHandler: true);
        LastUsed = _time.GetTimestamp();
    }

    /// <summary>Address of the node, <c>host:port</c>.</summary>
    public string Address { get; }

    /// <summary>Whether a connection that went silent is found out without the help of calls.</summary>
    public bool IsPinged { get; }

    /// <summary>Timestamp of the end of the last call.</summary>
    public long LastUsed { get; private set; }

    /// <summary>How many connections are open.</summary>
    public int Connections => _connections.Count;

    /// <summary>Why the node has refused all connections so far, if it has.</summary>
    public string? Refusal => _connections.Refusal;

    /// <summary>Counts a call in; false when the channel is retired.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _calls) > 0)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Counts a call out.</summary>
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

    /// <summary>Takes no more calls, and closes when those that run have ended.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isRetired, 1) == 0 && Interlocked.Add(ref _calls, int.MinValue) == int.MinValue)
        {
            Close();
        }
    }

    /// <summary>Whether the node has answered any call since a moment.</summary>
    public bool HasAnsweredSince(long timestamp) => Volatile.Read(ref _lastAnswer) >= timestamp;

    /// <summary>Waits until there is a connection.</summary>
    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>.</exception>
    public ValueTask ConnectAsync(TimeSpan timeout, CancellationToken cancellationToken) => _connections.EnsureAsync(timeout, cancellationToken);

    /// <exception cref="MicroException">The endpoint is no method of gRPC.</exception>
    public HttpRequestMessage NewRequest(string service, string endpoint, string? package, HttpContent content) =>
        new(HttpMethod.Post, UriOf(service, endpoint, package))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _invoker.SendAsync(request, cancellationToken);

    /// <summary>Remembers that the node has answered a call.</summary>
    public void OnAnswer() => Volatile.Write(ref _lastAnswer, _time.GetTimestamp());

    private Uri UriOf(string service, string endpoint, string? package)
    {
        var key = (service, endpoint, package);
        if (_uris.TryGetValue(key, out var uri))
        {
            return uri;
        }

        uri = new Uri(_address, CallPath.Of(service, endpoint, package));
        if (_uris.Count < MaxKept)
        {
            _uris.TryAdd(key, uri);
        }

        return uri;
    }

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
            _invoker.Dispose();
            _connections.Dispose();
        }
    }
}
