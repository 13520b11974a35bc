using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Micro.Transport.Mucp;

/// <summary>
/// One mucp connection of a server. Its loop reads messages in order; unary calls are answered one after the other,
/// streams run beside them.
/// </summary>
internal sealed class MucpServerConnection : IReapable, IDisposable
{
    /// <summary>How long requests that crossed the good-bye are still taken in, so that it is not lost in a reset.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromMilliseconds(250);

    private readonly MucpServer _server;
    private readonly ConnectionContext _connection;
    private readonly MessageReader _reader;
    private readonly MucpReplyWriter _replies;
    private readonly MucpCallRunner _calls;
    private readonly MucpStreamSet _streams;
    private readonly MessageHead _head = new();

    /// <summary>A stream may end in the very moment a message begins or ends: both decide about the deadline.</summary>
    private readonly Lock _deadlineGate = new();
    private long _readDeadline = long.MaxValue;
    private long _writeDeadline = long.MaxValue;
    private long _messageStarted;
    private volatile bool _closeRequested;
    private bool _isBetweenMessages;

    public MucpServerConnection(MucpServer server, ConnectionContext connection)
    {
        _server = server;
        _connection = connection;
        _reader = new MessageReader(connection.Transport.Input, server.Limits, readsResponses: false)
        {
            MessageStarted = OnMessageStarted,
            MessageProgressed = OnMessageProgressed,
        };
        _replies = new MucpReplyWriter(connection.Transport.Output, OnFlushing);
        _streams = new MucpStreamSet(server, _replies, connection, OnStreamEnded);
        _calls = new MucpCallRunner(server, _replies, connection, _streams);
    }

    public async Task RunAsync()
    {
        var lifetime = _connection.Features.Get<IConnectionLifetimeNotificationFeature>();
        using var closing = lifetime?.ConnectionClosedRequested.UnsafeRegister(
            static connection => ((MucpServerConnection)connection!).RequestClose(), this);
        var reason = "closed by the client";
        try
        {
            while (await NextMessageAsync().ConfigureAwait(false))
            {
            }

            if (_closeRequested)
            {
                reason = "server stops";
                await SayGoodbyeAsync().ConfigureAwait(false);
            }
        }
        catch (MalformedMessageException exception)
        {
            reason = exception.Message;
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
            _readDeadline = long.MaxValue;
            await _streams.EndAsync().ConfigureAwait(false);
            _server.Logger.ConnectionEnded(_connection.ConnectionId, _connection.RemoteEndPoint?.ToString(), reason);
        }
    }

    public void Dispose()
    {
        _streams.Dispose();
        _reader.Dispose();
        _calls.Dispose();
        _replies.Dispose();
        _head.Dispose();
    }

    public void CutIfLate(long now)
    {
        var late = Volatile.Read(ref _readDeadline) < now ? "it sent nothing, or too slowly"
            : Volatile.Read(ref _writeDeadline) < now ? "it read its replies too slowly"
            : null;
        if (late is not null)
        {
            _server.Logger.ConnectionCut(_connection.ConnectionId, _connection.RemoteEndPoint?.ToString(), late);
            _connection.Abort(new ConnectionAbortedException(late));
        }
    }

    private async ValueTask<bool> NextMessageAsync()
    {
        OnMessagesPaused();
        if (!await _reader.ReadHeadAsync(_head, CanClose, CancellationToken.None).ConfigureAwait(false))
        {
            return false;
        }

        _replies.AnnouncesClose = _head.ClosesConnection || (_server.IsDraining && _streams.IsEmpty);
        OnMessageStarted();
        if (_head.ExpectsContinue && _head.ContentLength <= _server.Limits.MaxMessageBytes)
        {
            await _replies.WriteRawAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray()).ConfigureAwait(false);
        }

        ReadOnlySequence<byte> body;
        try
        {
            body = await _reader.ReadBodyAsync(_head, CancellationToken.None).ConfigureAwait(false);
        }
        catch (MessageTooLargeException exception)
        {
            return await RefuseBodyAsync(exception).ConfigureAwait(false);
        }

        SetReadDeadline(Timeout.InfiniteTimeSpan);
        try
        {
            await _calls.RunAsync(_head, body).ConfigureAwait(false);
        }
        finally
        {
            _reader.Release();
        }

        return !_replies.AnnouncesClose && !_calls.MustClose && !CanClose();
    }

    private async ValueTask<bool> RefuseBodyAsync(MessageTooLargeException exception)
    {
        // Who waits for leave to send may send the body or not: only closing makes that clear.
        var canSkip = exception.IsRead
            || (!_head.ExpectsContinue && exception.Length <= (long)_server.Limits.MaxMessageBytes * MessageReader.SkippedBodies);
        _replies.AnnouncesClose |= !canSkip;
        if (canSkip && !exception.IsRead)
        {
            await _reader.SkipBodyAsync(exception.Length, CancellationToken.None).ConfigureAwait(false);
        }

        await _calls.WriteErrorAsync(_head, new MicroException(413, _server.ServiceName, exception.Message)).ConfigureAwait(false);
        return canSkip && !_replies.AnnouncesClose;
    }

    private async ValueTask RefuseAsync(MalformedMessageException exception)
    {
        var status = ReasonPhrases.Get(exception.StatusCode);
        var text = $"HTTP/1.1 {exception.StatusCode} {status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {exception.Message.Length}\r\n\r\n{exception.Message}";
        try
        {
            await _replies.WriteRawAsync(System.Text.Encoding.ASCII.GetBytes(text)).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            // The client is gone already; the reason is logged by the caller.
        }
    }

    /// <summary>
    /// Spread over ± 10 %, so that many idle connections do not end in the same moment. With a stream open the silence
    /// of the client is no idleness.
    /// </summary>
    private void SetIdleDeadline() => SetReadDeadline(
        _streams.IsEmpty ? _server.Limits.IdleTimeout * (0.9 + (0.2 * _server.Random.NextDouble())) : Timeout.InfiniteTimeSpan);

    private void OnMessagesPaused()
    {
        lock (_deadlineGate)
        {
            _isBetweenMessages = true;
            SetIdleDeadline();
        }
    }

    private void OnStreamEnded()
    {
        lock (_deadlineGate)
        {
            if (_isBetweenMessages)
            {
                SetIdleDeadline();
            }
        }

        if (_server.IsDraining)
        {
            WakeReader();
        }
    }

    /// <summary>
    /// Closes a connection whose last reply did not say so. HTTP/1.1 has no other way to tell a client that the request it
    /// may be sending this moment is not executed: the answer "unavailable" is there before the request is, and nothing is
    /// read as a request after it.
    /// </summary>
    private async ValueTask SayGoodbyeAsync()
    {
        if (_replies.AnnouncesClose)
        {
            return;
        }

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

    private bool CanClose() => _closeRequested && _streams.IsEmpty;

    private void RequestClose()
    {
        _closeRequested = true;
        WakeReader();
    }

    private void WakeReader() => _connection.Transport.Input.CancelPendingRead();

    private void OnMessageStarted()
    {
        lock (_deadlineGate)
        {
            _isBetweenMessages = false;
            _messageStarted = _server.TimeProvider.GetTimestamp();
            SetReadDeadline(_server.Limits.HeaderTimeout);
        }
    }

    /// <summary>The longer a message, the longer it may take; but never slower than the lowest rate.</summary>
    private void OnMessageProgressed()
    {
        var allowed = _server.Limits.HeaderTimeout + TimeSpan.FromSeconds((double)_reader.ReceivedBytes / _server.Limits.MinBodyBytesPerSecond);
        SetReadDeadline(allowed - _server.TimeProvider.GetElapsedTime(_messageStarted));
    }

    private void SetReadDeadline(TimeSpan after) => Volatile.Write(ref _readDeadline, Deadline(after));

    private void OnFlushing(bool begins) =>
        Volatile.Write(ref _writeDeadline, begins ? Deadline(_server.Limits.WriteTimeout) : long.MaxValue);

    private long Deadline(TimeSpan after) => after == Timeout.InfiniteTimeSpan
        ? long.MaxValue
        : _server.TimeProvider.GetTimestamp() + (long)(after.TotalSeconds * _server.TimeProvider.TimestampFrequency);
}
