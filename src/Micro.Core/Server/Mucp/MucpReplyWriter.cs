using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Micro.Basics;
using Micro.Codecs;
using Micro.Transport;
using Micro.Transport.Messages;

namespace Micro.Server.Mucp;

/// <summary>
/// Writes the replies of one connection. Every reply to a go-micro client is status 200, errors too: they stand in
/// <c>Micro-Error</c> and its twin, as it expects. Plain HTTP gets the error's own status and its JSON as the body besides.
/// </summary>
internal sealed class MucpReplyWriter(ProtocolHost host, CoalescingWriter output) : IDisposable
{
    private const int OkStatus = 200;

    /// <summary>Bytes of stream messages that may wait for the client before their handler does.</summary>
    private const int MaxQueuedStreamBytes = 64 * 1024;

    /// <summary>Writes the reply of a call, which is sent together with others.</summary>
    /// <param name="call">The call.</param>
    /// <param name="error">Its error; <see langword="null"/> when it succeeded.</param>
    /// <param name="closes"><see langword="true"/> to tell the client that the connection will be closed.</param>
    public void WriteReply(MucpServerCall call, MicroException? error, bool closes)
    {
        if (error is null && call.Format.Envelope is null && call.Response.WrittenCount <= host.Limits.MaxMessageBytes)
        {
            output.Append(new Frame(call.Head, call.Format, call) { Body = call.Response.WrittenMemory, Closes = closes }, WriteFrame);
            return;
        }

        if (error is null && TryWriteEnveloped(call, closes))
        {
            return;
        }

        error ??= new MicroException(500, host.ServiceName, $"response of {call.Response.WrittenCount} bytes exceeds the limit of {host.Limits.MaxMessageBytes} ({TransportLimits.ServerSizeFlag})");
        WriteError(call.Head, error, call.Format, call.EnvelopeId, closes, call);
    }

    /// <summary>Writes the error of a message of which no call or stream came, and begins to send it.</summary>
    public void WriteRefusal(MessageHead request, MicroException error, ContentFormat format, string envelopeId, bool closes)
    {
        WriteError(request, error, format, envelopeId, closes, call: null);
        output.StartSending();
    }

    /// <summary>Writes the last frame of a stream and waits until it is sent.</summary>
    public async ValueTask WriteStreamEndAsync(MessageHead opening, ContentFormat format, string text, CallMetadata? headers, CallMetadata? trailers, bool closes)
    {
        using var body = new PooledBufferWriter(64);
        format.Envelope?.WrapError("", text, body);
        output.Append(
            new Frame(opening, format) { Body = body.WrittenMemory, Error = HeaderRules.Clean(text), Headers = headers, Trailers = trailers, Closes = closes },
            WriteFrame);
        await output.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Writes a message of a stream, with the headers that none before has carried; waits while the client is behind.</summary>
    /// <exception cref="IOException">The client is gone.</exception>
    /// <exception cref="OperationCanceledException">The token fired during the wait.</exception>
    public ValueTask WriteStreamMessageAsync(
        MessageHead opening, ContentFormat format, string endpoint, CallMetadata? headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        output.Append(new Frame(opening, format) { Body = body, StreamEndpoint = endpoint, Headers = headers }, WriteFrame);
        return output.FlushAsync(MaxQueuedStreamBytes, cancellationToken);
    }

    /// <summary>Writes bytes as they are: interim responses and plain HTTP answers.</summary>
    /// <exception cref="IOException">The client is gone.</exception>
    public ValueTask WriteRawAsync(ReadOnlyMemory<byte> bytes)
    {
        output.Append(in bytes, static (PooledBufferWriter buffer, in ReadOnlyMemory<byte> raw) => buffer.Write(raw.Span));
        return output.FlushAsync();
    }

    public void Dispose() => output.Dispose();

    private bool TryWriteEnveloped(MucpServerCall call, bool closes)
    {
        if (call.Format.Envelope is not { } envelope)
        {
            return false;
        }

        using var wrapped = new PooledBufferWriter(call.Response.WrittenCount + 64);
        envelope.WrapResponse(call.EnvelopeId, call.Response.WrittenSpan, wrapped);
        if (wrapped.WrittenCount > host.Limits.MaxMessageBytes)
        {
            return false;
        }

        output.Append(
            new Frame(call.Head, call.Format, call) { Body = wrapped.WrittenMemory, EnvelopeId = call.EnvelopeId, EnvelopeLines = true, Closes = closes },
            WriteFrame);
        return true;
    }

    private void WriteError(MessageHead request, MicroException error, ContentFormat format, string envelopeId, bool closes, MucpServerCall? call)
    {
        var text = ErrorJson.Format(error);
        using var body = new PooledBufferWriter(64);
        var status = OkStatus;
        if (format.Envelope is { } envelope)
        {
            envelope.WrapError(envelopeId, text, body);
        }
        else if (request.IsPlainHttp)
        {
            // Who knows nothing of go-micro goes by the status.
            status = StatusOf(error);
            body.WriteUtf8(text);
        }

        output.Append(
            new Frame(request, format, call) { Body = body.WrittenMemory, Error = HeaderRules.Clean(text), Status = status, EnvelopeId = envelopeId, Closes = closes },
            WriteFrame);
    }

    private static void WriteFrame(PooledBufferWriter output, in Frame frame)
    {
        WriteStatusLine(output, frame.Status);
        output.Write("Content-Length: "u8);
        output.WriteNumber(frame.Body.Length);
        output.Write(frame.Closes ? "\r\nConnection: close\r\n"u8 : "\r\n"u8);
        output.WriteHeader(MucpHeaderNames.ContentType, frame.Status == OkStatus ? ContentTypeOf(frame.Request, frame.Format) : "application/json"u8);
        if (frame.Status == 401)
        {
            // RFC 9110, section 15.5.2
            output.Write("WWW-Authenticate: Bearer\r\n"u8);
        }

        if (frame.Error is { } error)
        {
            output.WriteHeader(MucpHeaderNames.MicroError, error);
            output.WriteHeader(MucpHeaderNames.XMicroError, error);
        }

        if (frame.IsMultiplexed)
        {
            WriteMultiplexed(output, frame.Request);
        }
        else
        {
            WriteEcho(output, frame.Request, frame.EnvelopeId);
        }

        if (frame.StreamEndpoint is { } endpoint)
        {
            output.WriteHeader(MucpHeaderNames.XMicroEndpoint, endpoint);
            output.WriteHeader(MucpHeaderNames.XMicroMethod, endpoint);
            output.WriteHeader(MucpHeaderNames.XMicroService, frame.Request.GetEither(KnownHeader.MicroService, KnownHeader.XMicroService));
        }

        ResponseMetadataWriter.WriteHeaders(output, frame.Headers);
        ResponseMetadataWriter.WriteTrailers(output, frame.Trailers);
        if (frame.EnvelopeLines)
        {
            output.Write(frame.Format.Envelope!.ResponseHeaderLines);
        }

        output.Write("\r\n"u8);
        output.Write(frame.Body.Span);
    }

    private static void WriteStatusLine(PooledBufferWriter output, int status)
    {
        if (status == OkStatus)
        {
            output.Write("HTTP/1.1 200 OK\r\n"u8);
            return;
        }

        output.WriteUtf8(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {ReasonPhrases.Get(status)}\r\n"));
    }

    /// <summary>Returns the status of an error in HTTP; a deadline is the server's there, not the client's.</summary>
    private static int StatusOf(MicroException error) => error.Code switch
    {
        408 => 504,
        >= 400 and <= 599 => error.Code,
        _ => 500,
    };

    /// <summary>Our own clients know by the id what a reply is about.</summary>
    private static void WriteMultiplexed(PooledBufferWriter output, MessageHead request)
    {
        output.WriteHeader(MucpHeaderNames.MicroId, request[KnownHeader.MicroId]);
        if (request.Has(KnownHeader.MicroMux))
        {
            output.Write("Micro-Mux: 1\r\n"u8);
        }
    }

    /// <summary>The parts of a request that its reply repeats.</summary>
    private static void WriteEcho(PooledBufferWriter output, MessageHead request, string? envelopeId)
    {
        WriteIfPresent(output, request, MucpHeaderNames.MicroId, KnownHeader.MicroId, KnownHeader.XMicroId);
        WriteIfPresent(output, request, MucpHeaderNames.MicroService, KnownHeader.MicroService, KnownHeader.XMicroService);
        WriteIfPresent(output, request, MucpHeaderNames.MicroMethod, KnownHeader.MicroMethod, KnownHeader.XMicroMethod);
        WriteIfPresent(output, request, MucpHeaderNames.MicroEndpoint, KnownHeader.MicroEndpoint, KnownHeader.XMicroEndpoint);
        WriteIfPresent(output, request, MucpHeaderNames.MicroStream, KnownHeader.MicroStream, KnownHeader.XMicroStream);
        if (!string.IsNullOrEmpty(envelopeId))
        {
            output.WriteHeader(MucpHeaderNames.XMicroId, HeaderRules.Clean(envelopeId));
            if (!request.Has(KnownHeader.MicroId))
            {
                output.WriteHeader(MucpHeaderNames.MicroId, HeaderRules.Clean(envelopeId));
            }
        }
    }

    /// <summary>Peers from before go-micro 1.0 name the plain type for an enveloped body and expect it back.</summary>
    private static ReadOnlySpan<byte> ContentTypeOf(MessageHead request, ContentFormat format) =>
        format.Envelope is not null && request.Has(KnownHeader.ContentType)
            ? MediaType.WithoutParameters(request[KnownHeader.ContentType])
            : format.ContentTypeBytes;

    private static void WriteIfPresent(PooledBufferWriter output, MessageHead request, ReadOnlySpan<byte> name, KnownHeader header, KnownHeader twin)
    {
        var value = request.GetEither(header, twin);
        if (!value.IsEmpty)
        {
            output.WriteHeader(name, value);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Frame(MessageHead Request, ContentFormat Format, MucpServerCall? Call = null)
    {
        public ReadOnlyMemory<byte> Body { get; init; }

        public int Status { get; init; } = OkStatus;

        /// <summary>Text of <c>Micro-Error</c>.</summary>
        public string? Error { get; init; }

        public string? EnvelopeId { get; init; }

        /// <summary>Gets whether the envelope adds header lines of its own.</summary>
        public bool EnvelopeLines { get; init; }

        /// <summary>The endpoint, if this is a message of a stream.</summary>
        public string? StreamEndpoint { get; init; }

        public bool Closes { get; init; }

        public bool IsMultiplexed => Call is { IsMultiplexed: true };

        public CallMetadata? Headers { get; init; } = Call?.Context.SentHeaders;

        public CallMetadata? Trailers { get; init; } = Call?.Context.SentTrailers;
    }
}
