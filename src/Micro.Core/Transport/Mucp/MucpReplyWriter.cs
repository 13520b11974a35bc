using System.Buffers;
using System.IO.Pipelines;
using Micro.Codecs;

namespace Micro.Transport.Mucp;

/// <summary>
/// Writes the replies of one connection, one at a time. Every reply is status 200, errors too: they stand in
/// <c>Micro-Error</c> and its twin, as go-micro's clients expect.
/// </summary>
internal sealed class MucpReplyWriter(PipeWriter output, Action<bool> flushing) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly PooledBufferWriter _body = new();

    /// <summary>Whether replies tell the client that the connection will be closed.</summary>
    public bool AnnouncesClose { get; set; }

    /// <summary>Writes the reply of a unary call.</summary>
    public async ValueTask WriteReplyAsync(MessageHead request, ContentFormat format, ReadOnlyMemory<byte> body, string? envelopeId)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            WriteStatusAndLength(body.Length);
            output.WriteHeader(MucpHeaderNames.ContentType, ContentTypeOf(request, format));
            WriteEcho(request, envelopeId);
            output.Write(format.Envelope is { } envelope ? envelope.ResponseHeaderLines : default);
            output.Write("\r\n"u8);
            output.Write(body.Span);
            await FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes an error, of a call or as the end of a stream.</summary>
    public async ValueTask WriteErrorAsync(MessageHead request, ContentFormat format, string error, ReadOnlyMemory<byte> body, string? envelopeId)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            WriteStatusAndLength(body.Length);
            output.WriteHeader(MucpHeaderNames.ContentType, ContentTypeOf(request, format));
            var text = HeaderRules.Clean(error);
            output.WriteHeader(MucpHeaderNames.MicroError, text);
            output.WriteHeader(MucpHeaderNames.XMicroError, text);
            WriteEcho(request, envelopeId);
            output.Write("\r\n"u8);
            output.Write(body.Span);
            await FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask WriteStreamMessageAsync<T>(MucpServerStream stream, T message)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            _body.Clear();
            stream.Format.EncodeResponse(message, _body);
            WriteStatusAndLength(_body.WrittenCount);
            output.WriteHeader(MucpHeaderNames.ContentType, stream.Format.ContentTypeBytes);
            WriteEcho(stream.Opening, envelopeId: null);
            output.WriteHeader(MucpHeaderNames.XMicroEndpoint, stream.Endpoint);
            output.WriteHeader(MucpHeaderNames.XMicroMethod, stream.Endpoint);
            output.WriteHeader(MucpHeaderNames.XMicroService, stream.Opening.GetEither(KnownHeader.MicroService, KnownHeader.XMicroService));
            output.Write("\r\n"u8);
            output.Write(_body.WrittenSpan);
            await FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes bytes as they are: interim responses and plain HTTP answers.</summary>
    public async ValueTask WriteRawAsync(ReadOnlyMemory<byte> bytes)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            output.Write(bytes.Span);
            await FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _body.Dispose();
        _turn.Dispose();
    }

    private void WriteStatusAndLength(int length)
    {
        output.Write("HTTP/1.1 200 OK\r\n"u8);
        output.WriteHeader(MucpHeaderNames.ContentLength, length);
        if (AnnouncesClose)
        {
            output.Write("Connection: close\r\n"u8);
        }
    }

    /// <summary>What a reply repeats of its own request; never of an earlier one of the connection.</summary>
    private void WriteEcho(MessageHead request, string? envelopeId)
    {
        WriteIfPresent(request, MucpHeaderNames.MicroId, KnownHeader.MicroId, KnownHeader.XMicroId);
        WriteIfPresent(request, MucpHeaderNames.MicroService, KnownHeader.MicroService, KnownHeader.XMicroService);
        WriteIfPresent(request, MucpHeaderNames.MicroMethod, KnownHeader.MicroMethod, KnownHeader.XMicroMethod);
        WriteIfPresent(request, MucpHeaderNames.MicroEndpoint, KnownHeader.MicroEndpoint, KnownHeader.XMicroEndpoint);
        WriteIfPresent(request, MucpHeaderNames.MicroStream, KnownHeader.MicroStream, KnownHeader.XMicroStream);
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
        format.Envelope is not null && request.Has(KnownHeader.ContentType) ? request[KnownHeader.ContentType] : format.ContentTypeBytes;

    private void WriteIfPresent(MessageHead request, ReadOnlySpan<byte> name, KnownHeader header, KnownHeader twin)
    {
        var value = request.GetEither(header, twin);
        if (!value.IsEmpty)
        {
            output.WriteHeader(name, value);
        }
    }

    private async ValueTask FlushAsync()
    {
        var pending = output.FlushAsync();
        if (pending.IsCompleted)
        {
            ThrowIfClosed(await pending.ConfigureAwait(false));
            return;
        }

        flushing(true);
        try
        {
            ThrowIfClosed(await pending.ConfigureAwait(false));
        }
        finally
        {
            flushing(false);
        }
    }

    private static void ThrowIfClosed(FlushResult result)
    {
        if (result.IsCompleted)
        {
            throw new IOException("the client closed the connection");
        }
    }
}
