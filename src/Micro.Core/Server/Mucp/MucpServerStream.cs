using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Micro.Basics;
using Micro.Codecs;
using Micro.Server.Handlers;
using Micro.Server.Listening;
using Micro.Server.Peers;
using Micro.Transport;
using Micro.Transport.Messages;

namespace Micro.Server.Mucp;

/// <summary>
/// One stream on a server connection. The connection's read loop puts messages in; when the handler reads more slowly
/// than they come, the loop waits and the connection is read no further.
/// </summary>
internal sealed class MucpServerStream : IMessageStream, IDisposable
{
    private readonly Channel<ReceivedMessage> _received;
    private readonly ByteBudget _backlog;
    private readonly Peer _sender = new(key: null);
    private readonly ByteBudget _held;
    private readonly Peer _peer;
    private readonly StreamIdleWatch _idle;
    private ContentFormat _format;
    private readonly MucpReplyWriter _replies;
    private readonly PooledBufferWriter _body = new();
    private readonly CancellationToken _cancellationToken;
    private bool _hasSentHeaders;

    /// <param name="id">Its id on the connection.</param>
    /// <param name="opening">Head of the frame that opened it.</param>
    /// <param name="format">Encodes and decodes messages.</param>
    /// <param name="replies">Writes the messages of the handler.</param>
    /// <param name="context">The context of the handler, which holds the response metadata.</param>
    /// <param name="host">The server.</param>
    /// <param name="peer">The sender of the messages.</param>
    public MucpServerStream(string id, MessageHead opening, ContentFormat format, MucpReplyWriter replies, HandlerContext context, ProtocolHost host, Peer peer)
    {
        Id = id;
        Opening = opening;
        Context = context;
        _format = format;
        _replies = replies;
        _cancellationToken = context.CancellationToken;
        _held = host.Held;
        _peer = peer;
        _backlog = new ByteBudget(host.Limits.MaxStreamBacklogBytes, host.Limits.MaxStreamBacklogBytes);
        _idle = new StreamIdleWatch(host, context);
        _received = Channel.CreateBounded<ReceivedMessage>(new BoundedChannelOptions(host.Limits.MaxStreamBacklog) { SingleReader = true, SingleWriter = true });
    }

    public string Id { get; }

    public string Endpoint => Context.Endpoint;

    /// <summary>Head of the frame that opened the stream: the handler's metadata, and what replies repeat.</summary>
    public MessageHead Opening { get; }

    /// <summary>The context of the handler, which holds the response metadata.</summary>
    public HandlerContext Context { get; }

    /// <summary>Gets whether the client has said that it sends no more.</summary>
    public bool HasClientEnded { get; private set; }

    /// <summary>Completes when the handler has ended and its last frame is written.</summary>
    public Task Completion { get; set; } = Task.CompletedTask;

    /// <summary>Appends a message of the client; waits while the backlog is full.</summary>
    /// <param name="body">The message, which is copied.</param>
    /// <param name="held">The room that it has taken, which is given back with the message.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask PostAsync(ReadOnlySequence<byte> body, long held, CancellationToken cancellationToken)
    {
        var message = new ReceivedMessage(new PooledBufferWriter((int)Math.Max(body.Length, 16)), held);
        foreach (var segment in body)
        {
            message.Body.Write(segment.Span);
        }

        var isQueued = false;
        try
        {
            await _backlog.TakeAsync(_sender, message.Body.WrittenCount, bufferedBytes: 0, cancellationToken).ConfigureAwait(false);
            isQueued = true;
            if (held == 0 && _backlog.UsedBytes > ByteBudget.FreeBytes)
            {
                await _held.TakeAsync(_peer, message.Body.WrittenCount, bufferedBytes: 0, cancellationToken).ConfigureAwait(false);
                message = message with { Held = message.Body.WrittenCount };
            }

            await _received.Writer.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Release(message, isQueued);
            if (exception is not ChannelClosedException)
            {
                throw;
            }

            // The handler has ended: what comes after is nobody's.
        }
    }

    /// <summary>No more messages follow; the handler still gets those that wait.</summary>
    public void CompleteReading()
    {
        HasClientEnded = true;
        _received.Writer.TryComplete();
    }

    public async ValueTask<(bool HasMessage, T Message)> ReadAsync<
        [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        CancellationToken cancellationToken)
    {
        // A token of its own is rare: linking is paid only then.
        if (!await WaitAsync(cancellationToken).ConfigureAwait(false) || !_received.Reader.TryRead(out var message))
        {
            return (false, default!);
        }

        try
        {
            return (true, _format.DecodeRequest<T>(new ReadOnlySequence<byte>(message.Body.WrittenMemory)));
        }
        finally
        {
            Release(message);
        }
    }

    public void UseJsonTypes(IJsonTypeInfoResolver types) => _format = _format.With(types);

    public ValueTask WriteAsync<T>(T message, CancellationToken cancellationToken)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        cancellationToken.ThrowIfCancellationRequested();
        return WriteCoreAsync(message);
    }

    private async ValueTask WriteCoreAsync<T>(T message)
    {
        try
        {
            _body.Clear();
            _format.EncodeResponse(message, _body);
        }
        catch (CodecException exception)
        {
            // Keeps the meaning of a codec failure, a wrong request, for what the client sent.
            throw new InvalidOperationException($"{Endpoint} failed with its response: {exception.Message}", exception);
        }

        var headers = UnsentHeaders;
        HeaderRules.ThrowIfTooLarge(headers, "response headers", Endpoint);
        _hasSentHeaders = true;
        try
        {
            _idle.OnSent();
            await _replies.WriteStreamMessageAsync(Opening, _format, Endpoint, headers, _body.WrittenMemory, _cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or Microsoft.AspNetCore.Connections.ConnectionAbortedException)
        {
            throw new CallerGoneException(exception);
        }
    }

    /// <summary>Writes the last frame.</summary>
    /// <param name="text">The text that ends the stream.</param>
    /// <param name="closes"><see langword="true"/> to tell the client that the connection will be closed.</param>
    public ValueTask EndAsync(string text, bool closes) =>
        _replies.WriteStreamEndAsync(Opening, _format, text, UnsentHeaders, Context.SentTrailers, closes);

    public void Dispose()
    {
        _received.Writer.TryComplete();
        while (_received.Reader.TryRead(out var message))
        {
            Release(message);
        }

        _idle.Dispose();
        Opening.Dispose();
        _body.Dispose();
    }

    private CallMetadata? UnsentHeaders => _hasSentHeaders ? null : Context.SentHeaders;

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled || cancellationToken == _cancellationToken)
        {
            return await WatchAsync(_cancellationToken).ConfigureAwait(false);
        }

        using var linked = CancellationTokenSource.CreateLinkedTokenSource(_cancellationToken, cancellationToken);
        return await WatchAsync(linked.Token).ConfigureAwait(false);
    }

    private async ValueTask<bool> WatchAsync(CancellationToken cancellationToken)
    {
        var waiting = _received.Reader.WaitToReadAsync(cancellationToken);
        if (waiting.IsCompleted)
        {
            var isThere = await waiting.ConfigureAwait(false);
            _idle.EndWait(isThere);
            return isThere;
        }

        var hasMessage = false;
        _idle.BeginWait();
        try
        {
            hasMessage = await waiting.ConfigureAwait(false);
        }
        finally
        {
            _idle.EndWait(hasMessage);
        }

        return hasMessage;
    }

    private void Release(ReceivedMessage message, bool isQueued = true)
    {
        if (isQueued)
        {
            _backlog.Return(_sender, message.Body.WrittenCount);
        }

        message.Body.Dispose();
        _held.Return(_peer, message.Held);
    }

    /// <summary>A message that waits for the handler.</summary>
    /// <param name="Body">Its bytes.</param>
    /// <param name="Held">The room of the server that it has taken.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct ReceivedMessage(PooledBufferWriter Body, long Held);
}
