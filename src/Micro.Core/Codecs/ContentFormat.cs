using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Micro.Codecs.Envelopes;

namespace Micro.Codecs;

/// <summary>The meaning of a content type: a codec for messages and an envelope around their bytes.</summary>
internal sealed class ContentFormat(string contentType, ICodec codec, Envelope? envelope)
{
    private readonly byte[] _contentTypeBytes = Encoding.UTF8.GetBytes(contentType);
    private readonly ConditionalWeakTable<IJsonTypeInfoResolver, ContentFormat> _withTypes = [];

    /// <summary>The content type in its usual spelling.</summary>
    public string ContentType { get; } = contentType;

    /// <summary>The content type as bytes of a header value.</summary>
    public ReadOnlySpan<byte> ContentTypeBytes => _contentTypeBytes;

    public ICodec Codec { get; } = codec;

    /// <summary>The envelope; <see langword="null"/> if the body is the message.</summary>
    public Envelope? Envelope { get; } = envelope;

    /// <summary>Returns the format with JSON types of a call or endpoint; itself when that changes nothing.</summary>
    public ContentFormat With(IJsonTypeInfoResolver? types) => types is null || Codec is not JsonCodec json
        ? this
        : _withTypes.GetValue(types, known => new ContentFormat(ContentType, json.With(known), Envelope));
}
