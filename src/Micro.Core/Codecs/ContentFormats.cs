using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Google.Protobuf;
using Micro.Codecs.Envelopes;

namespace Micro.Codecs;

/// <summary>
/// The content types that a client or server supports, compared without regard to case. Ignores parameters, but refuses a
/// charset other than UTF-8. Sends no parameters, because go-micro does not know them.
/// </summary>
internal sealed class ContentFormats
{
    private readonly ContentFormat[] _byUse;
    private readonly FrozenDictionary<string, ContentFormat>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private readonly ContentFormat _json;
    private readonly ContentFormat _octetStream;
    private readonly ContentFormat _jsonRpc;
    private readonly ContentFormat _protoRpc;

    /// <param name="overrides">
    /// Custom codecs by content type. A codec for JSON or protobuf also serves the enveloped variants of that format, any other
    /// its gRPC variant.
    /// </param>
    public ContentFormats(IEnumerable<KeyValuePair<string, ICodec>>? overrides = null)
    {
        var user = new Dictionary<string, ICodec>(overrides ?? [], StringComparer.OrdinalIgnoreCase);
        var json = user.GetValueOrDefault(ContentTypes.Json) ?? MicroCodecs.Json();
        var protobuf = user.GetValueOrDefault(ContentTypes.Protobuf) ?? MicroCodecs.Protobuf;

        Default = Create(ContentTypes.Protobuf, protobuf, null);
        _json = Create(ContentTypes.Json, json, null);
        _octetStream = Create(ContentTypes.OctetStream, new OctetStreamCodec(), null);
        _jsonRpc = Create(ContentTypes.JsonRpc, json, Envelope.JsonRpc);
        _protoRpc = Create(ContentTypes.ProtoRpc, protobuf, Envelope.ProtoRpc);
        List<ContentFormat> formats =
        [
            Default,
            _json,
            Create(ContentTypes.Proto, protobuf, null),
            _octetStream,
            Create(ContentTypes.Grpc, protobuf, Envelope.Grpc),
            Create(ContentTypes.GrpcProto, protobuf, Envelope.Grpc),
            Create(ContentTypes.GrpcJson, json, Envelope.Grpc),
            Create(ContentTypes.GrpcBytes, _octetStream.Codec, Envelope.Grpc),
            _jsonRpc,
            _protoRpc,
        ];
        formats.AddRange(user.Select(pair => new ContentFormat(pair.Key, pair.Value, ContentTypes.IsGrpc(pair.Key) ? Envelope.Grpc : null)));
        formats.AddRange(user
            .Where(pair => !ContentTypes.IsGrpc(pair.Key) && ContentTypes.GrpcTypeOf(pair.Key) is { } grpc && !user.ContainsKey(grpc))
            .Select(pair => new ContentFormat(ContentTypes.GrpcTypeOf(pair.Key)!, pair.Value, Envelope.Grpc)));
        _byUse = [.. formats];
        _byName = _byUse.ToFrozenDictionary(format => format.ContentType, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

        ContentFormat Create(string contentType, ICodec codec, Envelope? envelope) =>
            new(contentType, user.Remove(contentType, out var own) ? own : codec, envelope);
    }

    /// <summary>Gets the format of a request without content type: protobuf.</summary>
    public ContentFormat Default { get; }

    public bool TryGet(ReadOnlySpan<char> contentType, [NotNullWhen(true)] out ContentFormat? format)
    {
        if (_byName.TryGetValue(contentType, out format))
        {
            return true;
        }

        return contentType.Length <= MediaType.MaxLength
            && contentType.Contains(';')
            && MediaType.IsUtf8(contentType)
            && _byName.TryGetValue(MediaType.WithoutParameters(contentType), out format);
    }

    /// <summary>Finds a format by a header value in the transport's memory.</summary>
    public bool TryGet(ReadOnlySpan<byte> contentType, [NotNullWhen(true)] out ContentFormat? format)
    {
        foreach (var candidate in _byUse)
        {
            if (Ascii.EqualsIgnoreCase(contentType, candidate.ContentTypeBytes))
            {
                format = candidate;
                return true;
            }
        }

        if (contentType.Length > MediaType.MaxLength || !contentType.Contains((byte)';'))
        {
            format = null;
            return false;
        }

        Span<char> text = stackalloc char[MediaType.MaxLength];
        return TryGet(text[..Encoding.Latin1.GetChars(contentType, text)], out format);
    }

    /// <summary>Returns a client's default for a type of message: bytes raw, protobuf as protobuf, else JSON.</summary>
    public ContentFormat ForMessage(Type message)
    {
        if (message == typeof(byte[]) || message == typeof(ReadOnlyMemory<byte>))
        {
            return _octetStream;
        }

        return typeof(IMessage).IsAssignableFrom(message) ? Default : _json;
    }

    /// <summary>
    /// Returns the format that peers before go-micro 1.0 mean by a content type, when a request names no service, method or
    /// endpoint: JSON means JSON-RPC, protobuf means proto-rpc.
    /// </summary>
    public ContentFormat Legacy(ContentFormat format)
    {
        if (ReferenceEquals(format, _json))
        {
            return _jsonRpc;
        }

        return ReferenceEquals(format, Default) ? _protoRpc : format;
    }
}
