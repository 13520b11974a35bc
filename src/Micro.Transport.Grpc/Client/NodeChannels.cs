using System.Collections.Concurrent;
using Micro.Client;
using Micro.Transport.Security;

namespace Micro.Transport.Grpc.Client;

/// <summary>The channels of a client by address. A timer closes idle ones, so that departed nodes leave nothing behind.</summary>
internal sealed class NodeChannels : IDisposable
{
    private readonly ConcurrentDictionary<string, NodeChannel> _channels = new(StringComparer.Ordinal);
    private readonly ClientOptions _options;
    private readonly ClientTls? _tls;
    private readonly CallHeaders _headers = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private volatile bool _disposed;

    public NodeChannels(ClientOptions options, ClientTls? tls = null)
    {
        _options = options;
        _tls = tls;
        _time = options.TimeProvider;
        _timer = _time.CreateTimer(static channels => ((NodeChannels)channels!).Trim(), this, options.PoolTtl / 2, options.PoolTtl / 2);
    }

    /// <summary>Gets the number of open connections.</summary>
    public int Connections => _channels.Sum(static pair => pair.Value.Connections);

    /// <summary>Gets the number of nodes with a channel.</summary>
    public int Count => _channels.Count;

    /// <summary>Returns the channel to a node for one call, which must exit it.</summary>
    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>: the node's address is not host:port.</exception>
    public NodeChannel Enter(Node node, bool isForOneCall)
    {
        if (isForOneCall)
        {
            var own = new NodeChannel(node.Address, NodeChannelOptions.For(node, _options, _tls), _headers);
            own.TryEnter();
            own.Dispose();
            return own;
        }

        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_channels.TryGetValue(node.Address, out var channel))
            {
                channel = Add(node);
            }

            if (channel.TryEnter())
            {
                return channel;
            }

            _channels.TryRemove(KeyValuePair.Create(channel.Address, channel));
        }
    }

    /// <summary>Returns the timestamp at which bytes arrived last from a node.</summary>
    public long HeardAt(string address) => _channels.TryGetValue(address, out var channel) ? channel.HeardAt : long.MinValue;

    /// <summary>Retires the connections to a node if nothing has arrived from it since a given time.</summary>
    public void RetireSilent(string address, long since)
    {
        // Without a connection there is nothing to retire; one that is being opened serves the calls that follow.
        if (_channels.TryGetValue(address, out var channel) && channel.Connections > 0 && channel.HeardAt < since)
        {
            Replace(channel);
        }
    }

    /// <summary>Retires the connections to a node.</summary>
    public void Replace(NodeChannel channel)
    {
        _channels.TryRemove(KeyValuePair.Create(channel.Address, channel));
        channel.Dispose();
    }

    /// <summary>Retires all connections.</summary>
    public void ReplaceAll()
    {
        foreach (var (_, channel) in _channels)
        {
            Replace(channel);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _timer.Dispose();
        ReplaceAll();
    }

    private NodeChannel Add(Node node)
    {
        var created = new NodeChannel(node.Address, NodeChannelOptions.For(node, _options, _tls), _headers);
        var channel = _channels.GetOrAdd(node.Address, created);
        if (!ReferenceEquals(channel, created))
        {
            created.Dispose();
        }

        if (_disposed)
        {
            // Disposed meanwhile: nothing else would close it.
            Dispose();
        }

        return channel;
    }

    private void Trim()
    {
        foreach (var (address, channel) in _channels)
        {
            if (_time.GetElapsedTime(channel.LastUsed) >= _options.PoolTtl && channel.TryRetireIdle())
            {
                _channels.TryRemove(KeyValuePair.Create(address, channel));
            }
        }
    }
}
