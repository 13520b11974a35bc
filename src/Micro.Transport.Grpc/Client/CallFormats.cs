using System.Runtime.CompilerServices;
using Micro.Codecs;
using Micro.Codecs.Envelopes;

namespace Micro.Transport.Grpc.Client;

/// <summary>The content types of a client over gRPC; formats with JSON types of a call are collected with them.</summary>
internal sealed class CallFormats
{
    private readonly ConditionalWeakTable<ContentFormat, CallFormat?> _formats = [];

    /// <exception cref="MicroException">The content type does not exist in gRPC.</exception>
    public CallFormat Get(ContentFormat format) =>
        _formats.GetValue(format, static format => Create(format))
        ?? throw new MicroException(
            400,
            "go.micro.client.codec",
            $"content type '{format.ContentType}' has no gRPC counterpart, and the call or the node uses gRPC: use application/...",
            ErrorKind.InvalidRequest);

    private static CallFormat? Create(ContentFormat format)
    {
        var isFramed = ReferenceEquals(format.Envelope, Envelope.Grpc);
        if (format.Envelope is not null && !isFramed)
        {
            return null;
        }

        var contentType = isFramed ? format.ContentType : GrpcTypeOf(format.ContentType);
        if (string.Equals(contentType, ContentTypes.Grpc, StringComparison.OrdinalIgnoreCase))
        {
            contentType = ContentTypes.GrpcProto; // what go-micro's client sends
        }

        return contentType is null ? null : new CallFormat(contentType, format.ContentType, format.Codec, isFramed);
    }

    private static string? GrpcTypeOf(string contentType)
    {
        if (string.Equals(contentType, ContentTypes.Protobuf, StringComparison.OrdinalIgnoreCase))
        {
            return ContentTypes.GrpcProto;
        }

        return string.Equals(contentType, ContentTypes.OctetStream, StringComparison.OrdinalIgnoreCase)
            ? ContentTypes.GrpcBytes
            : ContentTypes.GrpcTypeOf(contentType);
    }
}
