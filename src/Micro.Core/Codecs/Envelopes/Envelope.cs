using System.Buffers;

namespace Micro.Codecs.Envelopes;

/// <summary>
/// The envelope of older peers and gRPC around a message in the body. Works on bytes only; safe for concurrent use. An empty
/// body is an empty message in every envelope.
/// </summary>
internal abstract class Envelope
{
    /// <summary>Maximum size of a name, id or header inside an envelope.</summary>
    protected const int MaxHeadBytes = 64 * 1024;

    public static Envelope JsonRpc { get; } = new JsonRpcEnvelope();

    public static Envelope ProtoRpc { get; } = new ProtoRpcEnvelope();

    public static Envelope Grpc { get; } = new GrpcEnvelope();

    /// <summary>Additional header lines of a successful response, with their line ends.</summary>
    public virtual ReadOnlySpan<byte> ResponseHeaderLines => default;

    /// <summary>Parses a request; the result refers to the memory of <paramref name="body"/>.</summary>
    /// <exception cref="CodecException">The body is not such an envelope.</exception>
    public abstract EnvelopedRequest OpenRequest(in ReadOnlySequence<byte> body);

    public abstract void WrapRequest(string endpoint, string id, ReadOnlySpan<byte> message, IBufferWriter<byte> output);

    /// <summary>Parses a response; the result refers to the memory of <paramref name="body"/>.</summary>
    /// <exception cref="CodecException">The body is not such an envelope.</exception>
    public abstract EnvelopedResponse OpenResponse(in ReadOnlySequence<byte> body);

    public abstract void WrapResponse(string id, ReadOnlySpan<byte> message, IBufferWriter<byte> output);

    /// <summary>Writes the body of a failed response; the error also travels as a header.</summary>
    public abstract void WrapError(string id, string error, IBufferWriter<byte> output);
}
