using System.Buffers.Binary;
using System.Globalization;
using Micro.Basics;
using Micro.Codecs;
using Micro.Server;
using Micro.Transport.Grpc.Framing;
using Microsoft.AspNetCore.Http;

namespace Micro.Transport.Grpc.Server;

/// <summary>The answer to one call: messages, then the status in trailers; the status in headers if there was no message.</summary>
internal sealed class GrpcReply(HttpExchange exchange, int limit) : IDisposable
{
    /// <summary>Size of the transport's buffers.</summary>
    private const int WriteBytes = 4096;

    private PooledBufferWriter? _frame;
    private GrpcFormat? _format;
    private HandlerContext? _context;
    private bool _hasMessage;
    private bool _hasHeaders;

    /// <summary>Gets the size of the last message.</summary>
    public int Bytes => _frame?.WrittenCount ?? 0;

    /// <summary>Sets the content type; until then, an answer has the plain gRPC one.</summary>
    public void Begin(GrpcFormat format)
    {
        _format = format;
        exchange.Response.Headers.ContentType = format.ContentType;
    }

    /// <summary>Copies response headers and trailers from the call's context.</summary>
    public void Use(HandlerContext context)
    {
        _context = context;
        context.HeaderSender = SendHeadersAsync;
    }

    /// <summary>Returns a frame with an empty prefix, to write the message behind it.</summary>
    public PooledBufferWriter NewFrame()
    {
        var frame = _frame ??= new PooledBufferWriter();
        frame.Clear();
        frame.GetSpan(FramePrefix.Length)[..FramePrefix.Length].Clear();
        frame.Advance(FramePrefix.Length);
        return frame;
    }

    /// <summary>Appends the frame to the transport's buffer; sent with the next flush or the end.</summary>
    /// <exception cref="CallRefusal">The message is too large.</exception>
    public void AppendFrame()
    {
        var frame = _frame!.WrittenSpan;
        if (_format!.IsJson && frame.Length > FramePrefix.Length && frame[^1] == '\n')
        {
            frame = frame[..^1];
        }

        var length = frame.Length - FramePrefix.Length;
        if (length > limit)
        {
            throw new CallRefusal(StatusCode.ResourceExhausted, $"the response has {length} bytes, the limit is {limit} ({TransportLimits.ServerSizeFlag})");
        }

        WriteHeaders();
        BinaryPrimitives.WriteUInt32BigEndian(_frame.WrittenSpanAt(1, 4), (uint)length);
        Write(frame);
        _hasMessage = true;
    }

    /// <summary>Sends the appended frames; waits for a slow reader.</summary>
    /// <exception cref="OperationCanceledException">The caller is gone, or the token fired.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var flushing = exchange.Body.Writer.FlushAsync(cancellationToken);
        var waits = !flushing.IsCompleted;
        if (waits)
        {
            exchange.Owner.BeginSending(Bytes);
        }

        var result = await flushing.ConfigureAwait(false);
        if (waits)
        {
            exchange.Owner.EndSending();
        }

        if (result.IsCompleted || result.IsCanceled)
        {
            throw new CallerGoneException();
        }
    }

    /// <summary>Ends the call with status OK.</summary>
    public async ValueTask SucceedAsync()
    {
        MetadataWriter.ThrowIfInvalid(_context?.SentTrailers, "response trailers", _context?.Endpoint ?? "");
        WriteHeaders();
        if (!_hasMessage)
        {
            // A successful call has trailers even without a message.
            await exchange.Body.StartAsync().ConfigureAwait(false);
        }

        SetStatus(exchange.Trailers, StatusCode.OK);
        MetadataWriter.Write(_context?.SentTrailers, exchange.Trailers);
    }

    /// <summary>Ends the call with a failure.</summary>
    public void Fail(StatusCode status, string message, string? details)
    {
        IHeaderDictionary target;
        if (_hasMessage || exchange.Response.HasStarted)
        {
            target = exchange.Trailers;
        }
        else
        {
            target = exchange.Response.Headers;
            target.ContentType = _format?.ContentType ?? ContentTypes.Grpc;
        }

        SetStatus(target, status);
        WriteFailureTrailers(target);
        target.GrpcMessage = PercentText.Encode(message);
        if (details is not null)
        {
            target["grpc-status-details-bin"] = details;
        }
    }

    public void Dispose() => _frame?.Dispose();

    /// <summary>Writes the failure's trailers; drops invalid ones, because the failure matters more.</summary>
    private void WriteFailureTrailers(IHeaderDictionary target)
    {
        try
        {
            MetadataWriter.ThrowIfInvalid(_context?.SentTrailers, "response trailers", _context?.Endpoint ?? "");
        }
        catch (InvalidOperationException)
        {
            return;
        }

        MetadataWriter.Write(_context?.SentTrailers, target);
    }

    private async ValueTask SendHeadersAsync(HandlerContext context)
    {
        WriteHeaders();
        await exchange.Body.StartAsync().ConfigureAwait(false);
        await FlushAsync(context.CancellationToken).ConfigureAwait(false);
    }

    private void WriteHeaders()
    {
        if (!_hasHeaders)
        {
            _hasHeaders = true;
            MetadataWriter.ThrowIfInvalid(_context?.SentHeaders, "response headers", _context?.Endpoint ?? "");
            MetadataWriter.Write(_context?.SentHeaders, exchange.Response.Headers);
        }
    }

    /// <summary>
    /// Requests memory by size: after a reset the transport has no buffer and drops what is written, up to the requested size.
    /// </summary>
    private void Write(ReadOnlySpan<byte> bytes)
    {
        var writer = exchange.Body.Writer;
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, WriteBytes)];
            part.CopyTo(writer.GetSpan(part.Length));
            writer.Advance(part.Length);
            bytes = bytes[part.Length..];
        }
    }

    private static void SetStatus(IHeaderDictionary target, StatusCode status) =>
        target.GrpcStatus = status == StatusCode.OK ? "0" : ((int)status).ToString(CultureInfo.InvariantCulture);
}
