using System.Globalization;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Micro.Testing.Network;

/// <summary>Listens on one port of a network in memory.</summary>
internal sealed class MemoryListener(MemoryPorts ports, IPEndPoint endPoint) : IConnectionListener
{
    /// <summary>Connections that wait to be accepted; further ones are refused, as with sockets.</summary>
    private const int Backlog = 512;

    private readonly Channel<MemoryConnection> _waiting = Channel.CreateBounded<MemoryConnection>(Backlog);
    private long _lastId;

    public EndPoint EndPoint => endPoint;

    /// <summary>Opens a connection.</summary>
    /// <returns>The client's end; <see langword="null"/> when it is refused.</returns>
    public MemoryStreamEnd? TryConnect()
    {
        var toServer = new ByteQueue();
        var toClient = new ByteQueue();
        var id = Interlocked.Increment(ref _lastId);
        var name = string.Create(CultureInfo.InvariantCulture, $"{endPoint.Port:x4}-{id:x}");
        var remote = new IPEndPoint(IPAddress.Loopback, (int)(49152 + (id % 16384)));
        return _waiting.Writer.TryWrite(new MemoryConnection(new MemoryStreamEnd(toServer, toClient), name, endPoint, remote))
            ? new MemoryStreamEnd(toClient, toServer)
            : null;
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _waiting.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        ports.Release(endPoint.Port, this);
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out var connection))
        {
            connection.Abort(new ConnectionAbortedException("the listener was closed before it was accepted"));
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => UnbindAsync(CancellationToken.None);
}
