using System.Collections.Concurrent;
using Micro.Telemetry;
using Micro.Transport;
using Micro.Transport.Security;
using Micro.Transport.Sockets;

namespace Micro.Client.Mucp;

/// <summary>
/// Idle connections by address, used again last in, first out. A timer closes those that were idle for too long, so
/// that connections to nodes which are gone do not stay.
/// </summary>
internal sealed class ConnectionPool : IDisposable
{
    private readonly ConcurrentDictionary<string, IdleConnections> _idle = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MultiplexedConnections> _multiplexed = new(StringComparer.Ordinal);
    private readonly INetwork _network;
    private readonly TransportLimits _limits;
    private readonly TimeProvider _timeProvider;
    private readonly ClientTls? _tls;
    private readonly TimeSpan _ttl;
    private readonly int _size;
    private readonly ITimer _timer;
    private readonly PoolMetrics _metrics;
    private volatile bool _disposed;

    public ConnectionPool(TransportLimits limits, int size, TimeSpan ttl, TimeProvider timeProvider, ClientTls? tls = null, INetwork? network = null)
    {
        _network = network ?? SocketNetwork.Instance;
        _tls = tls;
        _limits = limits;
        _size = size;
        _ttl = ttl;
        _timeProvider = timeProvider;
        _metrics = new PoolMetrics(() => IdleCount);
        _timer = timeProvider.CreateTimer(static pool => ((ConnectionPool)pool!).Trim(), this, ttl / 2, ttl / 2);
    }

    /// <summary>Gets the number of idle connections.</summary>
    public int IdleCount => _idle.Sum(pair => pair.Value.Count) + _multiplexed.Sum(pair => pair.Value.IdleCount);

    /// <summary>Returns an idle connection or opens one.</summary>
    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>.</exception>
    public ValueTask<MucpClientConnection> RentAsync(string address, TimeSpan dialTimeout, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_idle.TryGetValue(address, out var idle))
        {
            while (idle.TryPop(out var connection))
            {
                if (_timeProvider.GetElapsedTime(connection.IdleSince) < _ttl && connection.IsAlive())
                {
                    return new ValueTask<MucpClientConnection>(connection);
                }

                connection.Dispose();
            }
        }

        return new ValueTask<MucpClientConnection>(ConnectAsync(address, dialTimeout, cancellationToken));
    }

    /// <summary>Calls over a connection that is shared already.</summary>
    /// <returns>Whether there was one with room; if not, the call opens another, or waits its turn there when there are enough.</returns>
    public bool TryCall(string address, MucpPendingCall call, RequestHeads heads, CallPlan plan, TimeSpan limit, ReadOnlyMemory<byte> body)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _multiplexed.TryGetValue(address, out var connections) && connections.TryCall(call, heads, plan, limit, body);
    }

    /// <summary>Adopts a connection on which the server agreed to multiplexing.</summary>
    public void Share(MucpClientConnection connection)
    {
        var shared = _multiplexed.GetOrAdd(connection.Address, static (_, size) => new MultiplexedConnections(size), _size);
        shared.Add(connection, _limits, _timeProvider);
        if (_disposed)
        {
            Dispose();
        }
    }

    /// <summary>Returns a connection after a complete reply.</summary>
    public void Return(MucpClientConnection connection)
    {
        connection.IdleSince = _timeProvider.GetTimestamp();
        if (_disposed
            || connection.MustClose
            || !_idle.GetOrAdd(connection.Address, static _ => new IdleConnections()).TryPush(connection, _size))
        {
            connection.Dispose();
        }
        else if (_disposed)
        {
            // Disposed while the connection was put back: nobody else would close it.
            Dispose();
        }
    }

    public long HeardAt(string address) =>
        _multiplexed.TryGetValue(address, out var connections) ? connections.HeardAt : long.MinValue;

    public void RetireSilent(string address, long since)
    {
        if (_multiplexed.TryGetValue(address, out var connections))
        {
            connections.RetireSilent(since);
        }

        if (_idle.TryGetValue(address, out var idle))
        {
            idle.CloseIdleSince(connection => connection.IdleSince < since);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _timer.Dispose();
        _metrics.Dispose();
        foreach (var (_, idle) in _idle)
        {
            while (idle.TryPop(out var connection))
            {
                connection.Dispose();
            }
        }

        foreach (var (_, connections) in _multiplexed)
        {
            connections.Dispose();
        }
    }

    private async Task<MucpClientConnection> ConnectAsync(string address, TimeSpan dialTimeout, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await MucpClientConnection.ConnectAsync(_network, address, _limits, _tls, dialTimeout, _timeProvider, cancellationToken).ConfigureAwait(false);
            connection.CountWith(_metrics);
            _metrics.Opened();
            return connection;
        }
        catch
        {
            PoolMetrics.Failed();
            throw;
        }
    }

    private void Trim()
    {
        foreach (var (address, connections) in _multiplexed)
        {
            connections.CloseIdle(_timeProvider, _ttl);
            if (connections.TryRetire())
            {
                _multiplexed.TryRemove(KeyValuePair.Create(address, connections));
            }
        }

        foreach (var (address, idle) in _idle)
        {
            idle.CloseIdleSince(connection => _timeProvider.GetElapsedTime(connection.IdleSince) >= _ttl);
            if (idle.TryRetire())
            {
                _idle.TryRemove(KeyValuePair.Create(address, idle));
            }
        }
    }
}
