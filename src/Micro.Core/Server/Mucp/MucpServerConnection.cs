using System.Buffers;
using System.Runtime.CompilerServices;
using Micro.Basics;
using Micro.Server.Peers;
using Micro.Transport;
using Micro.Transport.Messages;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Micro.Server.Mucp;

/// <summary>
/// One mucp connection of a server. Its loop reads messages and hands them on. What comes from Go, curl and probes is
/// answered in order, one message at a time; calls of clients that agreed to it run side by side.
/// </summary>
internal sealed class MucpServerConnection : IReapable, IMessageObserver, IDisposable
{
    /// <summary>How long requests that crossed the good-bye are still taken in, so that it is not lost in a reset.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of replies that may wait for the client before its requests are read no further.</summary>
    private const int MaxQueuedReplyBytes = 256 * 1024;

    private readonly MucpServer _server;
    private readonly ConnectionContext _connection;
    private readonly MessageReader _reader;
    private readonly CoalescingWriter _output;
    private readonly MucpReplyWriter _replies;
    private readonly MucpCallSet _calls;
    private readonly MucpStreamSet _streams;
    private readonly MucpDispatcher _dispatcher;
    private readonly BodyHold _hold;
    private readonly Peer _peer;
    private readonly ReplySink _sink;

    /// <summary>Spread over ± 10 %, so that many idle connections do not end in the same moment.</summary>
    private readonly long _idleTime;
    private MessageHead _head = new();
    private long _idleSince;
    private long _readDeadline = long.MaxValue;
    private MessagePace _pace;
    private bool _isBody;
    private volatile bool _closeRequested;
    private volatile bool _isLeaving;
    private volatile bool _isBetweenMessages;

    public MucpServerConnection(MucpServer server, ConnectionContext connection)
    {
        _server = server;
        _connection = connection;
        _peer = connection.Features.Get<Peer>() ?? new Peer(key: null);
        _sink = new ReplySink(server, connection, _peer);
        _output = new CoalescingWriter(_sink);
        _replies = new MucpReplyWriter(server, _output, this);
        _hold = new BodyHold(server.Held, _peer);
        _calls = new MucpCallSet(server, _replies, this, _peer);
        _reader = new MessageReader(connection.Transport.Input, server.Limits, readsResponses: false)
        {
            Observer = this,
        };
        _streams = new MucpStreamSet(server, _replies, connection, this, _peer);
        _dispatcher = new MucpDispatcher(server, _replies, connection, _calls, _streams, _hold);
        _idleTime = server.TimeProvider.Units(server.Limits.IdleTimeout * (0.9 + (0.2 * server.Random.NextDouble())));
    }

    /// <summary>Gets whether replies tell the client that the connection will be closed.</summary>
    public bool AnnouncesClose => _server.IsDraining && _streams.IsEmpty;

    /// <summary>
    /// Gets whether replies of multiplexed calls tell it: not before the port is closed. A client that has to leave earlier dials
    /// again, and connections that wait to be accepted when the port closes are reset, with their requests.
    /// </summary>
    public bool AnnouncesCloseToMultiplexed => _closeRequested && _streams.IsEmpty;

    bool IMessageObserver.IsClosing => CanClose();

    public async Task RunAsync()
    {
        var lifetime = _connection.Features.Get<IConnectionLifetimeNotificationFeature>();
        using var closing = lifetime?.ConnectionClosedRequested.UnsafeRegister(
            static connection => ((MucpServerConnection)connection!).RequestClose(), this);
        using var leaving = _server.Leaving.UnsafeRegister(static connection => ((MucpServerConnection)connection!).Leave(), this);
        var reason = "closed by the client";
        try
        {
            while (await new Waiting(NextMessageAsync(), _calls))
            {
            }

            if (_closeRequested && !_isLeaving && !_calls.EndsConnection && !_dispatcher.EndsConnection)
            {
                reason = "server stops";
                await SayGoodbyeAsync().ConfigureAwait(false);
            }
        }
        catch (MalformedMessageException exception)
        {
            reason = exception.Message;
            await _calls.WaitUntilAtMostAsync(0).ConfigureAwait(false);
            await RefuseAsync(exception).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ConnectionResetException or ConnectionAbortedException or OperationCanceledException)
        {
            reason = exception.Message;
        }
        catch (Exception exception)
        {
            reason = "unexpected failure";
            _server.Logger.ConnectionFailed(exception, _connection.ConnectionId, _connection.RemoteEndPoint?.ToString());
        }
        finally
        {
            _isBetweenMessages = false;
            _readDeadline = long.MaxValue;
            _hold.Return();
            await _streams.EndAsync(_server.Leaving).ConfigureAwait(false);
            await _calls.WaitUntilAtMostAsync(0).ConfigureAwait(false);
            await SendLastRepliesAsync().ConfigureAwait(false);
            _server.Logger.ConnectionEnded(_connection.ConnectionId, _connection.RemoteEndPoint?.ToString(), reason);
        }
    }

    public void Dispose()
    {
        _streams.Dispose();
        _reader.Dispose();
        _replies.Dispose();
        _head.Dispose();
    }

    public void CutIfLate(long now)
    {
        // With calls or streams open the silence of the client is no idleness.
        var isIdle = _isBetweenMessages && _calls.IsEmpty && _streams.IsEmpty;
        var late = Volatile.Read(ref _readDeadline) < now || (isIdle && now - Volatile.Read(ref _idleSince) > _idleTime) ? "it sent nothing, or too slowly"
            : _sink.IsLate(now) ? "it read its replies too slowly"
            : null;
        if (late is not null)
        {
            _server.Logger.ConnectionCut(_connection.ConnectionId, _connection.RemoteEndPoint?.ToString(), late);
            _connection.Abort(new ConnectionAbortedException(late));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> NextMessageAsync()
    {
        OnMessagesPaused();
        if (!await _reader.ReadHeadAsync(_head, CancellationToken.None).ConfigureAwait(false))
        {
            return false;
        }

        _isBetweenMessages = false;
        _isBody = false;
        Volatile.Write(ref _readDeadline, long.MaxValue);
        var now = _server.TimeProvider.GetTimestamp();
        var arrival = new Arrival(now, _server.Pauses.PauseBefore(now));
        if (arrival.Waited > TimeSpan.Zero)
        {
            // What cancels this call may wait in the socket with it.
            _calls.Settle();
        }

        if (_dispatcher.TryCancel(_head))
        {
            return true;
        }

        var id = _dispatcher.ReadMultiplexedId(_head);
        if (!await WaitForTurnAsync(id).ConfigureAwait(false))
        {
            return false;
        }

        var room = RoomFor(_head);
        if ((room > 0 || _server.Held.IsExceededBy(_peer)) && !await WaitForRoomAsync(room).ConfigureAwait(false))
        {
            return false;
        }

        if (_head.ExpectsContinue && _head.ContentLength <= _server.Limits.MaxMessageBytes)
        {
            await _replies.WriteRawAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray()).ConfigureAwait(false);
        }

        ReadOnlySequence<byte> body;
        try
        {
            _isBody = true;
            body = await _reader.ReadBodyAsync(_head, CancellationToken.None).ConfigureAwait(false);
            _hold.Shrink(body.Length);
        }
        catch (MessageTooLargeException exception)
        {
            _hold.Return();
            return await RefuseBodyAsync(exception, id).ConfigureAwait(false);
        }

        Volatile.Write(ref _readDeadline, long.MaxValue);
        try
        {
            _head = await _dispatcher.TakeAsync(_head, body, id, arrival).ConfigureAwait(false);
        }
        finally
        {
            _reader.Release();
            _hold.Return();
        }

        return !_dispatcher.EndsConnection && !CanClose();
    }

    /// <summary>
    /// What has no id of its own waits until all before it is answered, the others when too many run. All wait while the client does
    /// not read its replies: what is not read stays in its sender's memory.
    /// </summary>
    private async ValueTask<bool> WaitForTurnAsync(long id)
    {
        await _calls.WaitUntilAtMostAsync(id < 0 ? 0 : _server.Limits.MaxCallsPerConnection - 1).ConfigureAwait(false);
        if (_output.QueuedBytes > MaxQueuedReplyBytes)
        {
            _calls.Run();
            await _output.FlushAsync(MaxQueuedReplyBytes).ConfigureAwait(false);
        }

        return id >= 0 || (!_calls.EndsConnection && !_isLeaving);
    }

    /// <summary>Returns the room that a body needs: zero when it is small, or too large to be kept at all.</summary>
    private long RoomFor(MessageHead head) =>
        head.IsChunked ? _server.Limits.MaxMessageBytes
        : head.ContentLength > ByteBudget.FreeBytes && head.ContentLength <= _server.Limits.MaxMessageBytes ? head.ContentLength
        : 0;

    /// <summary>Waits with the body unread until there is room for it; <see langword="false"/> when the connection ends meanwhile.</summary>
    private async ValueTask<bool> WaitForRoomAsync(long bytes)
    {
        try
        {
            await _hold.TakeAsync(bytes, _server.Leaving).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async ValueTask<bool> RefuseBodyAsync(MessageTooLargeException exception, long id)
    {
        // Who waits for leave to send may send the body or not: only closing makes that clear.
        var canSkip = exception.IsRead
            || (!_head.ExpectsContinue && exception.Length <= (long)_server.Limits.MaxMessageBytes * MessageReader.SkippedBodies);
        if (canSkip && !exception.IsRead)
        {
            await _reader.SkipBodyAsync(exception.Length, CancellationToken.None).ConfigureAwait(false);
            Volatile.Write(ref _readDeadline, long.MaxValue);
        }

        if (!canSkip)
        {
            await _calls.WaitUntilAtMostAsync(0).ConfigureAwait(false);
        }

        var error = new MicroException(413, _server.ServiceName, exception.Message);
        var closes = _replies.WriteError(_head, error, _server.Formats.Default, "", mustClose: !canSkip);
        await _replies.FlushAsync().ConfigureAwait(false);
        return canSkip && (id >= 0 || !closes);
    }

    private async ValueTask RefuseAsync(MalformedMessageException exception)
    {
        try
        {
            await _replies.WriteRawAsync(PlainReply.Create(exception.StatusCode, exception.Message)).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            // The client is gone already; the reason is logged by the caller.
        }
    }

    private async ValueTask SendLastRepliesAsync()
    {
        try
        {
            await _replies.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The client is gone already.
        }
    }

    /// <summary>
    /// Closes a connection whose last reply did not say so. HTTP/1.1 has no other way to tell a client that the request it
    /// may be sending this moment is not executed: the answer "unavailable" is there before the request is, and nothing is
    /// read as a request after it.
    /// </summary>
    private async ValueTask SayGoodbyeAsync()
    {
        await _replies.WriteRawAsync(_server.Goodbye).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(GoodbyeTime, _server.TimeProvider);
        await using var cut = _server.Cut.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit).ConfigureAwait(false);
        try
        {
            var input = _connection.Transport.Input;
            for (var isOpen = true; isOpen;)
            {
                var result = await input.ReadAsync(limit.Token).ConfigureAwait(false);
                isOpen = !result.IsCompleted;
                input.AdvanceTo(result.Buffer.End);
            }
        }
        catch (OperationCanceledException)
        {
            // The client keeps the connection for later; it will notice.
        }
    }

    private bool CanClose() => _isLeaving || (_calls.IsEmpty && _streams.IsEmpty && (_closeRequested || _calls.EndsConnection));

    /// <summary>Ends the connection in good order, so that the replies it holds arrive; calls that still run get none.</summary>
    private void Leave()
    {
        _isLeaving = true;
        _calls.Abandon();
        RequestClose();
    }

    private void RequestClose()
    {
        _closeRequested = true;
        WakeReader();
    }

    /// <summary>On a thread of its own, because the loop may go on within the call.</summary>
    private void WakeReader() =>
        ThreadPool.UnsafeQueueUserWorkItem(static input => input.CancelPendingRead(), _connection.Transport.Input, preferLocal: false);

    private void OnMessagesPaused()
    {
        Volatile.Write(ref _idleSince, _server.Pauses.RunningTime());
        _isBetweenMessages = true;
    }

    /// <summary>The last call, or a stream, has ended.</summary>
    public void OnWorkEnded()
    {
        Volatile.Write(ref _idleSince, _server.Pauses.RunningTime());
        if (CanClose() || (_server.IsDraining && _streams.IsEmpty && _closeRequested))
        {
            WakeReader();
        }
    }

    public void OnMessageStarted()
    {
        _isBetweenMessages = false;
        var now = _server.Pauses.RunningTime();
        Volatile.Write(ref _readDeadline, _isBody ? _pace.Begin(now, _server.Limits, _server.TimeProvider) : now + _server.TimeProvider.Units(_server.Limits.HeaderTimeout));
    }

    public void OnMessageProgressed() => Volatile.Write(
        ref _readDeadline,
        _pace.Progress(_server.Pauses.RunningTime(), _reader.ReceivedBytes, Math.Max(_head.ContentLength, _reader.ReceivedBytes), _server.Limits, _server.TimeProvider));
}
