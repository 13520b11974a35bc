using System.Buffers;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Micro.Codecs;
using Micro.Server;
using Micro.Server.Handlers;

namespace Micro.Transport.Mucp;

/// <summary>
/// One stream on a server connection. The connection's read loop puts messages in; when the handler reads more slowly
/// than they come, the loop waits and the connection is read no further.
/// </summary>
internal sealed class MucpServerStream : IMessageStream, IDisposable
{
    private readonly Channel<PooledBufferWriter> _received;
    private ContentFormat _format;
    private readonly MucpReplyWriter _replies;
    private readonly PooledBufferWriter _body = new();
    private readonly CancellationToken _cancellationToken;

    public MucpServerStream(string id, string endpoint, MessageHead opening, ContentFormat format, MucpReplyWriter replies, int backlog, CancellationToken cancellationToken)
    {
        Id = id;
        Endpoint = endpoint;
        Opening = opening;
        _format = format;
        _replies = replies;
        _cancellationToken = cancellationToken;
        _received = Channel.CreateBounded<PooledBufferWriter>(new BoundedChannelOptions(backlog) { SingleReader = true, SingleWriter = true });
    }

    public string Id { get; }

    public string Endpoint { get; }

    /// <summary>Head of the frame that opened the stream: the handler's metadata, and what replies repeat.</summary>
    public MessageHead Opening { get; }

    public ContentFormat Format => _format;

    /// <summary>The context of the handler, which holds the response metadata.</summary>
    public HandlerContext Context { get; init; } = null!;

    /// <summary><see langword="true"/> once a message has carried the response headers.</summary>
    public bool HasSentHeaders { get; set; }

    /// <summary>Whether the client has said that it sends no more.</summary>
    public bool HasClientEnded { get; private set; }

    /// <summary>Completes when the handler has ended and its last frame is written.</summary>
    public Task Completion { get; set; } = Task.CompletedTask;

    /// <summary>Takes a message of the client; waits while the backlog is full.</summary>
    public async ValueTask PostAsync(ReadOnlySequence<byte> body, CancellationToken cancellationToken)
    {
        var message = new PooledBufferWriter((int)Math.Max(body.Length, 16));
        foreach (var segment in body)
        {
            message.Write(segment.Span);
        }

        try
        {
            await _received.Writer.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // The handler has ended: what comes after is nobody's.
            message.Dispose();
        }
        catch
        {
            message.Dispose();
            throw;
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

        using (message)
        {
            return (true, _format.DecodeRequest<T>(new ReadOnlySequence<byte>(message.WrittenMemory)));
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

        if (!HasSentHeaders)
        {
            HeaderRules.ThrowIfTooLarge(Context.SentHeaders, "response headers", Endpoint);
        }

        try
        {
            await _replies.WriteStreamMessageAsync(this, _body.WrittenMemory, _cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or Microsoft.AspNetCore.Connections.ConnectionAbortedException)
        {
            throw new CallerGoneException(exception);
        }
    }

    public void Dispose()
    {
        _received.Writer.TryComplete();
        while (_received.Reader.TryRead(out var message))
        {
            message.Dispose();
        }

        Opening.Dispose();
        _body.Dispose();
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled || cancellationToken == _cancellationToken)
        {
            return await _received.Reader.WaitToReadAsync(_cancellationToken).ConfigureAwait(false);
        }

        using var linked = CancellationTokenSource.CreateLinkedTokenSource(_cancellationToken, cancellationToken);
        return await _received.Reader.WaitToReadAsync(linked.Token).ConfigureAwait(false);
    }
}
