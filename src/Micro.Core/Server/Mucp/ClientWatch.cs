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
        _isBody = false;
        _isBetweenMessages = true;
    }

    /// <summary>Turns to the body of a message whose head has arrived; time counts when it is read.</summary>
    /// <param name="length">Its length; zero or less when it is not known.</param>
    public void BeginBody(long length)
    {
        EndRead();
        _isBody = true;
        _bodyLength = length;
    }

    /// <summary>Ends the watch until the next wait: what was read has arrived.</summary>
    public void EndRead()
    {
        _isBetweenMessages = false;
        Volatile.Write(ref _readDeadline, long.MaxValue);
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
