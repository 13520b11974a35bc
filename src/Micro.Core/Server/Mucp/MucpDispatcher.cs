using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Micro.Codecs;
using Micro.Server.Handlers;
using Micro.Telemetry;
using Micro.Transport;
using Micro.Transport.Messages;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Server.Mucp;

/// <summary>Decides what a message of a connection is: a question about health, a frame of a stream, a call.</summary>
internal sealed class MucpDispatcher(
    ProtocolHost host, MucpReplyWriter replies, ConnectionLifetime lifetime, ConnectionContext connection, MucpCallSet calls, MucpStreamSet streams, ObjectPool<MucpServerCall> pool, BodyHold hold)
{
    private const string UnknownPath = "nothing is served on this path; calls are POST / with Micro-Endpoint, or gRPC; health is at /health, /health/live and /health/ready\n";

    private readonly string? _remoteAddress = AddressText.Of(connection.RemoteEndPoint);
    private readonly string? _localAddress = AddressText.Of(connection.LocalEndPoint);
    private readonly ITlsConnectionFeature? _tls = connection.Features.Get<ITlsConnectionFeature>();
    private bool _isMultiplexed;

    /// <summary>Gets whether the connection ends with the last reply.</summary>
    public bool EndsConnection { get; private set; }

    /// <summary>Begins with a message when its head has arrived.</summary>
    /// <param name="head">The head.</param>
    /// <param name="multiplexedId">The id of a message that needs no answer in order; -1 for all others.</param>
    /// <returns><see langword="false"/> when nothing remains to be done, because the message only cancelled a call.</returns>
    public bool TryBegin(MessageHead head, out long multiplexedId)
    {
        multiplexedId = -1;
        if (TryCancel(head))
        {
            return false;
        }

        _isMultiplexed |= head[KnownHeader.MicroMux].SequenceEqual("0"u8);
        if (_isMultiplexed && TryReadId(head[KnownHeader.MicroId], out var id))
        {
            multiplexedId = id;
        }

        return true;
    }

    /// <summary>Dispatches one message. Its call or stream continues by itself; an error is sent as the reply.</summary>
    /// <param name="head">Its head; a call keeps it and leaves another one in its place.</param>
    /// <param name="body">Its body, to be copied by what lasts longer.</param>
    /// <param name="multiplexedId">The value from <see cref="TryBegin"/>.</param>
    /// <param name="arrival">When the head was read.</param>
    public async ValueTask<MessageHead> TakeAsync(MessageHead head, ReadOnlySequence<byte> body, long multiplexedId, Arrival arrival)
    {
        if (Refuse(head) is { } refusal)
        {
            EndsConnection = true;
            await replies.WriteRawAsync(refusal).ConfigureAwait(false);
            return head;
        }

        if (host.Health.TryAnswer(head, head.ClosesConnection || host.IsDraining) is { } answer)
        {
            EndsConnection |= head.ClosesConnection || host.IsDraining;
            await replies.WriteRawAsync(answer).ConfigureAwait(false);
            return head;
        }

        if (IsUnknownPath(head))
        {
            EndsConnection = true;
            await replies.WriteRawAsync(PlainReply.Create(404, UnknownPath, head.Method == RequestMethod.Head)).ConfigureAwait(false);
            return head;
        }

        if (head.Method != RequestMethod.Post)
        {
            EndsConnection = true;
            await replies.WriteRawAsync(PlainReply.Create(405, "calls are sent by POST", head.Method == RequestMethod.Head, "Allow: POST\r\n")).ConfigureAwait(false);
            return head;
        }

        var envelopeId = "";
        var format = host.Formats.Default;
        EndpointInvoker? invoker = null;
        try
        {
            if (head.Has(KnownHeader.MicroTopic))
            {
                throw new MicroException(501, host.ServiceName, "publish/subscribe is not supported");
            }

            format = ReadFormat(head);
            var stream = head.GetEither(KnownHeader.MicroStream, KnownHeader.XMicroStream);
            if (!stream.IsEmpty && streams.IsUsed && await streams.TryPostAsync(MucpStreamSet.ReadId(stream), head, body, hold).ConfigureAwait(false))
            {
                return head;
            }

            invoker = FindEndpoint(head, ref format, ref body, out envelopeId);
            if (invoker.IsStream)
            {
                OpenStream(head, invoker, format, arrival);
                return head;
            }

            return AddCall(head, invoker, format, in body, envelopeId, multiplexedId, arrival);
        }
        catch (Exception exception) when (exception is MicroException or CodecException)
        {
            host.Statistics.CountRequest();
            host.Statistics.CountError();
            var error = host.Failures.Map(exception, "", deadlinePassed: false, serverStops: false);
            if (ServerTelemetry.IsOn)
            {
                host.Telemetry.Refused(invoker?.Name, head, ProtocolNames.MucpHttpVersion, error);
            }

            var closes = lifetime.AnnouncesClose(head);
            EndsConnection |= closes && multiplexedId < 0;
            replies.WriteRefusal(head, error, format, envelopeId, closes);
            return head;
        }
    }

    /// <summary>Returns the response to a request that is not allowed, or <see langword="null"/>.</summary>
    private byte[]? Refuse(MessageHead head)
    {
        var admission = host.Admission;
        if (head.Has(KnownHeader.Origin) && !admission.AllowsOrigin(Encoding.ASCII.GetString(head[KnownHeader.Origin])))
        {
            return PlainReply.Create(403, "requests of web pages are not allowed here", head.Method == RequestMethod.Head);
        }

        return admission.ChecksHosts && !admission.AllowsHost(Encoding.ASCII.GetString(HostRules.WithoutPort(head[KnownHeader.Host])))
            ? PlainReply.Create(421, "this host is not served here", head.Method == RequestMethod.Head)
            : null;
    }

    /// <summary>Returns whether the path matters, because no header names an endpoint, and is unknown.</summary>
    private static bool IsUnknownPath(MessageHead head)
    {
        var target = RequestLine.TargetOf(head.StartLine);
        return target.Length > 1 && target[0] == (byte)'/' && target[1] != (byte)'?'
            && head.IsPlainHttp
            && !head.Has(KnownHeader.MicroRpc)
            && head.GetEither(KnownHeader.MicroEndpoint, KnownHeader.XMicroEndpoint).IsEmpty
            && head.GetEither(KnownHeader.MicroMethod, KnownHeader.XMicroMethod).IsEmpty;
    }

    /// <summary>Cancels the call that the message names, if it is that kind of message. It has no body, no turn and no answer.</summary>
    private bool TryCancel(MessageHead head)
    {
        if (!head.Has(KnownHeader.MicroCancel) || head.Method != RequestMethod.Post || head.Has(KnownHeader.Origin) || head.ContentLength > 0 || head.IsChunked)
        {
            return false;
        }

        if (TryReadId(head[KnownHeader.MicroCancel], out var id))
        {
            calls.Cancel(id);
        }

        return true;
    }

    private static bool TryReadId(ReadOnlySpan<byte> text, out long id) =>
        Utf8Parser.TryParse(text, out id, out var used) && used == text.Length && id >= 0;

    private MessageHead AddCall(MessageHead head, EndpointInvoker invoker, ContentFormat format, in ReadOnlySequence<byte> body, string envelopeId, long multiplexedId, Arrival arrival)
    {
        var call = pool.Get();
        var next = call.Head;
        call.Head = head;
        call.Keep(in body);
        call.HeldBytes = hold.Release();
        call.Invoker = invoker;
        call.Format = format;
        call.EnvelopeId = envelopeId;
        call.MultiplexedId = multiplexedId;
        Begin(call.Context, head, invoker, format, arrival);
        calls.Add(call);
        return next;
    }

    private ContentFormat ReadFormat(MessageHead head)
    {
        var encoding = head[KnownHeader.ContentEncoding];
        if (!encoding.IsEmpty && !Ascii.EqualsIgnoreCase(encoding, "identity"u8))
        {
            throw new MicroException(415, host.ServiceName, $"unsupported Content-Encoding: {Encoding.UTF8.GetString(encoding)}. Send the body as it is");
        }

        var contentType = head[KnownHeader.ContentType];
        if (contentType.IsEmpty)
        {
            // A web page can send bytes without a type; peers in Go that send none send an id.
            return head.Has(KnownHeader.MicroId) || head.Has(KnownHeader.XMicroId)
                ? host.Formats.Default
                : throw new MicroException(415, host.ServiceName, "the request has no Content-Type");
        }

        return host.Formats.TryGet(contentType, out var format)
            ? format
            : throw new MicroException(415, host.ServiceName, $"unsupported Content-Type: {Encoding.UTF8.GetString(contentType)}");
    }

    /// <summary>The endpoint by header, or by the envelope of peers from before go-micro 1.0.</summary>
    private EndpointInvoker FindEndpoint(MessageHead head, ref ContentFormat format, ref ReadOnlySequence<byte> body, out string envelopeId)
    {
        envelopeId = "";
        if (head.Has(KnownHeader.MicroRpc) && FindRpc(head[KnownHeader.MicroRpc]) is { } rpc)
        {
            return rpc;
        }

        var endpoint = head.GetEither(KnownHeader.MicroEndpoint, KnownHeader.XMicroEndpoint);
        if (endpoint.IsEmpty)
        {
            endpoint = head.GetEither(KnownHeader.MicroMethod, KnownHeader.XMicroMethod);
        }

        if (!endpoint.IsEmpty && format.Envelope is null)
        {
            return host.Endpoints.Get(endpoint, host.ServiceName);
        }

        var enveloped = endpoint.IsEmpty && !head.Has(KnownHeader.MicroService) ? host.Formats.Legacy(format) : format;
        if (enveloped.Envelope is not { } envelope)
        {
            return host.Endpoints.Get(endpoint, host.ServiceName);
        }

        var request = envelope.OpenRequest(in body);
        if (request.Endpoint.Length > 0)
        {
            // Who names an endpoint in an envelope reads envelopes, in errors too.
            format = enveloped;
        }

        envelopeId = request.Id;
        body = request.Message;
        return endpoint.IsEmpty
            ? host.Endpoints.Get(request.Endpoint, host.ServiceName)
            : host.Endpoints.Get(endpoint, host.ServiceName);
    }

    /// <summary>
    /// Finds the rpc that the caller's contract declares; <see langword="null"/> leaves the choice to the short name in
    /// <c>Micro-Endpoint</c>, by the same rule as for gRPC.
    /// </summary>
    /// <exception cref="MicroException">404: the server has a contract of that short name, but not the caller's.</exception>
    private EndpointInvoker? FindRpc(ReadOnlySpan<byte> value)
    {
        Span<char> path = stackalloc char[EndpointName.MaxLength];
        if (!Encoding.UTF8.TryGetChars(value, path, out var length))
        {
            throw MicroException.BadRequest(host.ServiceName, $"Micro-Rpc exceeds {EndpointName.MaxLength} characters");
        }

        path = path[..length];
        if (host.Endpoints.TryGetRpc(path, out var invoker))
        {
            return invoker;
        }

        return host.Endpoints.AcceptsShortName(RpcPath.ServiceOf(path), host.ServiceName)
            ? null
            : throw MicroException.NotFound(host.ServiceName, $"rpc: can't find service {RpcPath.ServiceOf(path)}");
    }

    private void OpenStream(MessageHead head, EndpointInvoker invoker, ContentFormat format, Arrival arrival)
    {
        var id = head.GetEither(KnownHeader.MicroStream, KnownHeader.XMicroStream);
        if (id.IsEmpty)
        {
            throw MicroException.BadRequest(host.ServiceName, $"{invoker.Name} is a stream: the request needs a Micro-Stream header");
        }

        if (!head.GetEither(KnownHeader.MicroError, KnownHeader.XMicroError).IsEmpty)
        {
            // The end of a stream that is not open: as go-micro, this connection is given up.
            EndsConnection = true;
            return;
        }

        var name = MucpStreamSet.ReadId(id);
        streams.Admit(name);
        var opening = head.Detach();
        var context = new HandlerContext();
        Begin(context, opening, invoker, format, arrival);
        streams.Open(name, opening, format, context, invoker);
    }

    private void Begin(HandlerContext context, MessageHead head, EndpointInvoker invoker, ContentFormat format, Arrival arrival)
    {
        var service = head.GetEither(KnownHeader.MicroService, KnownHeader.XMicroService);
        context.Begin(
            service.IsEmpty || Ascii.Equals(service, host.ServiceName) ? host.ServiceName : Encoding.UTF8.GetString(service),
            invoker.Name,
            format.ContentType,
            invoker.IsStream,
            head,
            host.TimeProvider,
            DeadlineHeader.ToTimestamp(head[KnownHeader.Timeout], host.TimeProvider, arrival.Timestamp),
            _remoteAddress,
            _localAddress,
            lifetime.Ended,
            invoker.IsStream ? host.StreamCut : host.Cut);
        context.Tls = _tls;
        context.Stopping = host.Stopping;
        context.Waited = arrival.Waited;
    }
}
