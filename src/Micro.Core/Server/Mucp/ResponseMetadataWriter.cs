using System.Buffers;
using Micro.Basics;
using Micro.Transport;
using Micro.Transport.Messages;

namespace Micro.Server.Mucp;

/// <summary>
/// Writes the response headers and trailers of a call as headers of its replies. HTTP/1.1 trailers would need chunks, which
/// go-micro's clients do not read, so trailers are headers with a prefix.
/// </summary>
internal static class ResponseMetadataWriter
{
    /// <summary>Returns the failure of a call whose metadata exceeds the limit, and drops that metadata.</summary>
    public static InvalidOperationException? Check(HandlerContext context)
    {
        if (context.SentHeaders is null && context.SentTrailers is null)
        {
            return null;
        }

        try
        {
            HeaderRules.ThrowIfTooLarge(context.SentHeaders, "response headers", context.Endpoint);
            HeaderRules.ThrowIfTooLarge(context.SentTrailers, "response trailers", context.Endpoint);
            return null;
        }
        catch (InvalidOperationException exception)
        {
            context.DropResponseMetadata();
            return exception;
        }
    }

    public static void WriteHeaders(PooledBufferWriter output, CallMetadata? headers) => Write(output, default, headers);

    public static void WriteTrailers(PooledBufferWriter output, CallMetadata? trailers) => Write(output, MucpHeaderNames.TrailerPrefix, trailers);

    private static void Write(PooledBufferWriter output, ReadOnlySpan<byte> prefix, CallMetadata? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        foreach (var (key, value) in metadata)
        {
            if (prefix.IsEmpty && KnownHeaders.IsOurs(key))
            {
                continue;
            }

            output.Write(prefix);
            output.WriteUtf8(key);
            output.Write(": "u8);
            output.WriteUtf8(value);
            output.Write("\r\n"u8);
        }
    }
}
