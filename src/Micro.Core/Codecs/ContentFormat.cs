using System.Text;
using Micro.Codecs.Envelopes;

namespace Micro.Codecs;

/// <summary>What a content type means: a codec for messages and an envelope around their bytes.</summary>
internal sealed class ContentFormat(string contentType, ICodec codec, Envelope? envelope)
{
    private readonly byte[] _contentTypeBytes = Encoding.UTF8.GetBytes(contentType);

    /// <summary>The content type in its usual spelling.</summary>
    public string ContentType { get; } = contentType;

    /// <summary>The same as bytes, to be written as a header value.</summary>
    public ReadOnlySpan<byte> ContentTypeBytes => _contentTypeBytes;

    public ICodec Codec { get; } = codec;

    /// <summary>The envelope; <see langword="null"/> if the body is the message.</summary>
    public Envelope? Envelope { get; } = envelope;
}
