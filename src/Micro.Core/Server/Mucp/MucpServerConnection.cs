using System.Buffers;
using System.Runtime.CompilerServices;
using Micro.Server.Peers;
using Micro.Transport;
using Micro.Transport.Messages;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Server.Mucp;

/// <summary>
/// One mucp connection of a server. Its loop reads messages and hands them on. What comes from Go, curl and probes is
/// answered in order, one message at a time; calls of clients that agreed to it run side by side.
/// </summary>
internal sealed class MucpServerConnection : IDisposable
{
    /// <summary>The time for which requests are still read after the last reply, because a reset would discard that reply.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of replies that may wait for the client before its requests are read no further.</summary>
    private const int MaxQueuedReplyBytes = 256 * 1024;

    private readonly ProtocolHost _host;
    private readonly ConnectionContext _connection;
    private readonly Peer _peer;
    private readonly ConnectionLifetime _lifetime;
    private readonly ClientWatch _watch;
    private readonly MessageReader _reader;
    private readonly CoalescingWriter _output;
    private readonly MucpReplyWriter _replies;
    private readonly BodyHold _hold;
    private readonly MucpCallSet _calls;
    private readonly MucpStreamSet _streams;
    private readonly MucpDispatcher _dispatcher;
    private MessageHead _head = new();

    public MucpServerConnection(ProtocolHost host, ConnectionContext connection, ObjectPool<MucpServerCall> calls)
    {
        _host = host;
        _connection = connection;
        _peer = connection.Features.Get<Peer>() ?? new Peer(key: null);
        _lifetime = new ConnectionLifetime(host, connection.Transport.Input);
        var sink = new ReplySink(host, connection, _peer);
        _watch = new ClientWatch(host, connection, _lifetime, sink);
        _reader = new MessageReader(connection.Transport.Input, host.Limits, readsResponses: false) { Observer = _watch };
        _output = new CoalescingWriter(sink);
        _replies = new MucpReplyWriter(host, _output);
        _hold = new BodyHold(host.Held, _peer);
        _calls = new MucpCallSet(host, _replies, _output, _lifetime, _peer, calls);
        _streams = new MucpStreamSet(host, _replies, _lifetime, connection, _peer);
        _dispatcher = new MucpDispatcher(host, _replies, _lifetime, connection, _calls, _streams, calls, _hold);
    }

    public async Task RunAsync()
    {
        var lifetime = _connection.Features.Get<IConnectionLifetimeNotificationFeature>();
        using var closing = lifetime?.ConnectionClosedRequested.UnsafeRegister(
            static lifetime => ((ConnectionLifetime)lifetime!).RequestClose(), _lifetime);
        using var leaving = _host.Leaving.UnsafeRegister(static connection => ((MucpServerConnection)connection!).Leave(), this);
        var reason = "closed by the client";
        _host.Reaper.Add(_watch);
        try
        {
            while (await new Waiting(NextMessageAsync(), _calls.Work))
            {
            }

            if (_lifetime.NeedsGoodbye && !_dispatcher.EndsConnection)
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
            _host.Logger.ConnectionFailed(exception, _connection.ConnectionId, _connection.RemoteEndPoint?.ToString());
        }
        finally
        {
            _watch.EndRead();
            _hold.Return();
            await _lifetime.EndAsync().ConfigureAwait(false);
            await _streams.WaitAsync(_host.Leaving).ConfigureAwait(false);
            await _calls.WaitUntilAtMostAsync(0).ConfigureAwait(false);
            await SendLastRepliesAsync().ConfigureAwait(false);
            _host.Logger.ConnectionEnded(_connection.ConnectionId, _connection.RemoteEndPoint?.ToString(), reason);
        }
    }

    public void Dispose()
    {
        _host.Reaper.Remove(_watch);
        _lifetime.Dispose();
        _reader.Dispose();
        _replies.Dispose();
        _head.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> NextMessageAsync()
    {
        _watch.BeginWait();
        if (!await _reader.ReadHeadAsync(_head, CancellationToken.None).ConfigureAwait(false))
        {
            return false;
        }

        _watch.BeginBody(_head.ContentLength);
        var now = _host.TimeProvider.GetTimestamp();
        var arrival = new Arrival(now, _host.Pauses.PauseBefore(now));
        if (arrival.Waited > TimeSpan.Zero)
        {
            // What cancels this call may wait in the socket with it.
            _calls.Settle();
        }

        if (!_dispatcher.TryBegin(_head, out var id))
        {
            return true;
        }

        if (!await WaitForTurnAsync(id).ConfigureAwait(false))
        {
            return false;
        }

        var room = RoomFor(_head);
        if ((room > 0 || _host.Held.IsExceededBy(_peer)) && !await WaitForRoomAsync(room).ConfigureAwait(false))
        {
            return false;
        }

        if (_head.ExpectsContinue && _head.ContentLength <= _host.Limits.MaxMessageBytes)
        {
            await _replies.WriteRawAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray()).ConfigureAwait(false);
        }

        ReadOnlySequence<byte> body;
        try
        {
            body = await _reader.ReadBodyAsync(_head, CancellationToken.None).ConfigureAwait(false);
            _hold.Shrink(body.Length);
        }
        catch (MessageTooLargeException exception)
        {
            _hold.Return();
            return await RefuseBodyAsync(exception, id).ConfigureAwait(false);
        }

        _watch.EndRead();
        try
        {
            _head = await _dispatcher.TakeAsync(_head, body, id, arrival).ConfigureAwait(false);
        }
        finally
        {
            _reader.Release();
            _hold.Return();
        }

        return !_dispatcher.EndsConnection && !_lifetime.CanClose;
    }

    /// <summary>
    /// What has no id of its own waits until all before it is answered, the others when too many run. All wait while the client does
    /// not read its replies: what is not read stays in its sender's memory.
    /// </summary>
    private async ValueTask<bool> WaitForTurnAsync(long id)
    {
        var most = id < 0 ? 0 : _host.Limits.MaxCallsPerConnection - 1;
        if (_lifetime.RunningCalls > most)
        {
            await _calls.WaitUntilAtMostAsync(most).ConfigureAwait(false);
        }

        if (_output.QueuedBytes > MaxQueuedReplyBytes)
        {
            _calls.Work.Run();
            await _output.FlushAsync(MaxQueuedReplyBytes).ConfigureAwait(false);
        }

        return id >= 0 || !(_lifetime.IsCloseAnnounced || _lifetime.IsLeaving);
    }

    /// <summary>Returns the room that a body needs: zero when it is small, or too large to be kept at all.</summary>
    private long RoomFor(MessageHead head) =>
        head.IsChunked ? _host.Limits.MaxMessageBytes
        : head.ContentLength > ByteBudget.FreeBytes && head.ContentLength <= _host.Limits.MaxMessageBytes ? head.ContentLength
        : 0;

    /// <summary>Waits with the body unread until there is room for it; <see langword="false"/> when the connection ends meanwhile.</summary>
    private async ValueTask<bool> WaitForRoomAsync(long bytes)
    {
        try
        {
            await _hold.TakeAsync(bytes, _host.Leaving).ConfigureAwait(false);
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
            || (!_head.ExpectsContinue && exception.Length <= (long)_host.Limits.MaxMessageBytes * MessageReader.SkippedBodies);
        if (canSkip && !exception.IsRead)
        {
            await _reader.SkipBodyAsync(exception.Length, CancellationToken.None).ConfigureAwait(false);
            _watch.EndRead();
        }

        if (!canSkip)
        {
            await _calls.WaitUntilAtMostAsync(0).ConfigureAwait(false);
        }

        var error = new MicroException(413, _host.ServiceName, exception.Message);
        var closes = !canSkip || _lifetime.AnnouncesClose(_head);
        _replies.WriteRefusal(_head, error, _host.Formats.Default, "", closes);
        await _output.FlushAsync().ConfigureAwait(false);
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
            await _output.FlushAsync().ConfigureAwait(false);
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
        await _replies.WriteRawAsync(PlainReply.CreateGoodbye(_host.ServiceName)).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(GoodbyeTime, _host.TimeProvider);
        await using var cut = _host.Cut.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit).ConfigureAwait(false);
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

    private void Leave()
    {
        _lifetime.Leave();
        _calls.Abandon();
    }
}
