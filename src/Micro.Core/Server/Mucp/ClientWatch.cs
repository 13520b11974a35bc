using Micro.Basics;
using Micro.Transport;
using Micro.Transport.Messages;
using Microsoft.AspNetCore.Connections;

namespace Micro.Server.Mucp;

/// <summary>Cuts a connection whose client is idle for too long, sends too slowly or does not read its replies.</summary>
internal sealed class ClientWatch(ProtocolHost host, ConnectionContext connection, ConnectionLifetime lifetime, ReplySink sink) : IReapable, IMessageObserver
{
    /// <summary>Spread over ± 10 %, so that many idle connections do not end in the same moment.</summary>
    private readonly long _idleTime = host.TimeProvider.Units(host.Limits.IdleTimeout * (0.9 + (0.2 * host.Random.NextDouble())));
    private long _readDeadline = long.MaxValue;
    private long _bodyLength;
    private MessagePace _pace;
    private bool _isBody;
    private volatile bool _isBetweenMessages;

    bool IMessageObserver.IsClosing => lifetime.CanClose;

    /// <summary>Begins the wait for a message.</summary>
    public void BeginWait()
    {
        lifetime.OnWaiting();
        _isBetweenMessages = true;
    }

    /// <summary>Ends the watch over a head or a body, which has arrived.</summary>
    public void EndRead()
    {
        _isBetweenMessages = false;
        _isBody = false;
        Volatile.Write(ref _readDeadline, long.MaxValue);
    }

    /// <summary>Begins the watch over a body.</summary>
    /// <param name="length">Its length; what is not positive stands for a length that is not known.</param>
    public void BeginBody(long length)
    {
        _isBody = true;
        _bodyLength = length;
    }

    public void CutIfLate(long now)
    {
        // With calls or streams open the silence of the client is no idleness.
        var isIdle = _isBetweenMessages && !lifetime.HasWork;
        var late = Volatile.Read(ref _readDeadline) < now || (isIdle && now - lifetime.IdleSince > _idleTime) ? "it sent nothing, or too slowly"
            : sink.IsLate(now) ? "it read its replies too slowly"
            : null;
        if (late is not null)
        {
            host.Logger.ConnectionCut(connection.ConnectionId, connection.RemoteEndPoint?.ToString(), late);
            connection.Abort(new ConnectionAbortedException(late));
        }
    }

    public void OnMessageStarted()
    {
        _isBetweenMessages = false;
        var now = host.Pauses.RunningTime();
        Volatile.Write(ref _readDeadline, _isBody ? _pace.Begin(now, host.Limits, host.TimeProvider) : now + host.TimeProvider.Units(host.Limits.HeaderTimeout));
    }

    public void OnMessageProgressed(long received) => Volatile.Write(
        ref _readDeadline,
        _pace.Progress(host.Pauses.RunningTime(), received, Math.Max(_bodyLength, received), host.Limits, host.TimeProvider));
}
