using System.Buffers;
using System.Text;
using Micro.Codecs;
using Micro.Server;
using Micro.Server.Handlers;
using Microsoft.AspNetCore.Connections;

namespace Micro.Transport.Mucp;

/// <summary>Answers the messages of one connection: finds format and endpoint, runs the handler, writes the reply.</summary>
internal sealed class MucpCallRunner(MucpServer server, MucpReplyWriter replies, ConnectionContext connection, MucpStreamSet streams) : IDisposable
{
    private readonly PooledBufferWriter _message = new();
    private readonly PooledBufferWriter _wrapped = new(64);
    private string? _remoteAddress;
    private string? _localAddress;

    /// <summary>Whether the client broke the protocol in a way that only a new connection repairs.</summary>
    public bool MustClose { get; private set; }

    /// <summary>Answers one message; streams it opens run on.</summary>
    public async ValueTask RunAsync(MessageHead head, ReadOnlySequence<byte> body)
    {
        if (server.Health.TryAnswer(head, replies.AnnouncesClose) is { } answer)
        {
            await replies.WriteRawAsync(answer).ConfigureAwait(false);
            return;
        }

        var envelopeId = "";
        var format = server.Formats.Default;
        try
        {
            if (head.Has(KnownHeader.MicroTopic))
            {
                throw new MicroException(501, server.ServiceName, "publish/subscribe is not supported");
            }

            format = ReadFormat(head);
            var stream = head.GetEither(KnownHeader.MicroStream, KnownHeader.XMicroStream);
            if (!stream.IsEmpty && await streams.TryPostAsync(MucpStreamSet.ReadId(stream), head, body).ConfigureAwait(false))
            {
                return;
            }

            var invoker = FindEndpoint(head, ref format, ref body, out envelopeId);
            if (invoker.IsStream)
            {
                OpenStream(head, invoker, format);
                return;
            }

            await InvokeAsync(head, invoker, format, body, envelopeId).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is MicroException or CodecException)
        {
            server.Statistics.CountRequest();
            server.Statistics.CountError();
            var error = server.Failures.Map(exception, "", deadlinePassed: false, serverStops: false);
            await WriteErrorAsync(head, error, format, envelopeId).ConfigureAwait(false);
        }
    }

    public ValueTask WriteErrorAsync(MessageHead head, MicroException error) => WriteErrorAsync(head, error, server.Formats.Default, "");

    public void Dispose()
    {
        _message.Dispose();
        _wrapped.Dispose();
    }

    private ContentFormat ReadFormat(MessageHead head)
    {
        var contentType = head[KnownHeader.ContentType];
        if (contentType.IsEmpty)
        {
            return server.Formats.Default;
        }

        return server.Formats.TryGet(contentType, out var format)
            ? format
            : throw new MicroException(415, server.ServiceName, $"unsupported Content-Type: {Encoding.UTF8.GetString(contentType)}");
    }

    /// <summary>The endpoint by header, or by the envelope of peers from before go-micro 1.0.</summary>
    private EndpointInvoker FindEndpoint(MessageHead head, ref ContentFormat format, ref ReadOnlySequence<byte> body, out string envelopeId)
    {
        envelopeId = "";
        var endpoint = head.GetEither(KnownHeader.MicroEndpoint, KnownHeader.XMicroEndpoint);
        if (endpoint.IsEmpty)
        {
            endpoint = head.GetEither(KnownHeader.MicroMethod, KnownHeader.XMicroMethod);
        }

        if (!endpoint.IsEmpty && format.Envelope is null)
        {
            return server.Endpoints.Get(endpoint, server.ServiceName);
        }

        if (endpoint.IsEmpty && !head.Has(KnownHeader.MicroService))
        {
            format = server.Formats.Legacy(format);
        }

        if (format.Envelope is not { } envelope)
        {
            return server.Endpoints.Get(endpoint, server.ServiceName);
        }

        var request = envelope.OpenRequest(in body);
        envelopeId = request.Id;
        body = request.Message;
        return endpoint.IsEmpty
            ? server.Endpoints.Get(request.Endpoint, server.ServiceName)
            : server.Endpoints.Get(endpoint, server.ServiceName);
    }

    private void OpenStream(MessageHead head, EndpointInvoker invoker, ContentFormat format)
    {
        var id = head.GetEither(KnownHeader.MicroStream, KnownHeader.XMicroStream);
        if (id.IsEmpty)
        {
            throw MicroException.BadRequest(server.ServiceName, $"{invoker.Name} is a stream: the request needs a Micro-Stream header");
        }

        if (!head.GetEither(KnownHeader.MicroError, KnownHeader.XMicroError).IsEmpty)
        {
            // The end of a stream that is not open: as go-micro, this connection is given up.
            MustClose = true;
            return;
        }

        streams.Open(MucpStreamSet.ReadId(id), head, invoker, format, opening => MakeContext(opening, invoker, format, streams.Ended));
    }

    private async ValueTask InvokeAsync(MessageHead head, EndpointInvoker invoker, ContentFormat format, ReadOnlySequence<byte> body, string envelopeId)
    {
        if (!server.TryBeginCall())
        {
            throw MicroException.Unavailable(server.ServiceName, $"more than {server.Limits.MaxConcurrentCalls} calls at a time");
        }

        var context = MakeContext(head, invoker, format, connection.ConnectionClosed);
        server.Statistics.CountRequest();
        MicroException? error = null;
        try
        {
            _message.Clear();
            if (context.IsDeadlinePassed)
            {
                throw MicroException.Timeout(server.ServiceName, $"{invoker.Name}: deadline exceeded before the call started");
            }

            await invoker.InvokeAsync(context, format.Codec, in body, _message).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            server.Statistics.CountError();
            error = server.Failures.Map(exception, invoker.Name, context.IsDeadlinePassed, server.Cut.IsCancellationRequested);
        }
        finally
        {
            context.End();
            server.EndCall();
        }

        replies.AnnouncesClose |= server.IsDraining && streams.IsEmpty;
        if (error is not null)
        {
            await WriteErrorAsync(head, error, format, envelopeId).ConfigureAwait(false);
            return;
        }

        var message = _message;
        if (format.Envelope is { } envelope)
        {
            _wrapped.Clear();
            envelope.WrapResponse(envelopeId, _message.WrittenSpan, _wrapped);
            message = _wrapped;
        }

        if (message.WrittenCount > server.Limits.MaxMessageBytes)
        {
            await WriteErrorAsync(head, TooLarge(message.WrittenCount), format, envelopeId).ConfigureAwait(false);
            return;
        }

        await replies.WriteReplyAsync(head, format, message.WrittenMemory, envelopeId).ConfigureAwait(false);
    }

    private MicroException TooLarge(int length) =>
        new(500, server.ServiceName, $"response of {length} bytes exceeds the limit of {server.Limits.MaxMessageBytes}");

    private async ValueTask WriteErrorAsync(MessageHead head, MicroException error, ContentFormat format, string envelopeId)
    {
        var text = ErrorJson.Format(error);
        _wrapped.Clear();
        format.Envelope?.WrapError(envelopeId, text, _wrapped);
        await replies.WriteErrorAsync(head, format, text, _wrapped.WrittenMemory, envelopeId).ConfigureAwait(false);
    }

    private HandlerContext MakeContext(MessageHead head, EndpointInvoker invoker, ContentFormat format, CancellationToken ended)
    {
        var service = head.GetEither(KnownHeader.MicroService, KnownHeader.XMicroService);
        return new HandlerContext(
            service.IsEmpty || Ascii.Equals(service, server.ServiceName) ? server.ServiceName : Encoding.UTF8.GetString(service),
            invoker.Name,
            format.ContentType,
            invoker.IsStream,
            head,
            server.TimeProvider,
            DeadlineHeader.ToTimestamp(head[KnownHeader.Timeout], server.TimeProvider),
            _remoteAddress ??= AddressText.Of(connection.RemoteEndPoint),
            _localAddress ??= AddressText.Of(connection.LocalEndPoint),
            ended,
            server.Cut);
    }
}
