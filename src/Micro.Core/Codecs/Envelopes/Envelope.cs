using System.Buffers;

namespace Micro.Codecs.Envelopes;

/// <summary>
/// Bytes around a message that older peers and gRPC put into the body. Works on bytes alone; safe for concurrent use.
/// An empty body is an empty message in every envelope.
/// </summary>
internal abstract class Envelope
{
    /// <summary>Most bytes of a name, id or header inside an envelope.</summary>
    protected const int MaxHeadBytes = 64 * 1024;

    public static Envelope JsonRpc { get; } = new JsonRpcEnvelope();

    public static Envelope ProtoRpc { get; } = new ProtoRpcEnvelope();

    public static Envelope Grpc { get; } = new GrpcEnvelope();

    /// <summary>Header lines that a successful response carries besides the usual ones, with their line ends.</summary>
    public virtual ReadOnlySpan<byte> ResponseHeaderLines => default;

    /// <summary>Takes a request apart; the result refers to the memory of <paramref name="body"/>.</summary>
    /// <exception cref="CodecException">The body is no such envelope.</exception>
    public abstract EnvelopedRequest OpenRequest(in ReadOnlySequence<byte> body);

    public abstract void WrapRequest(string endpoint, string id, ReadOnlySpan<byte> message, IBufferWriter<byte> output);

    /// <summary>Takes a response apart; the result refers to the memory of <paramref name="body"/>.</summary>
    /// <exception cref="CodecException">The body is no such envelope.</exception>
    public abstract EnvelopedResponse OpenResponse(in ReadOnlySequence<byte> body);

    public abstract void WrapResponse(string id, ReadOnlySpan<byte> message, IBufferWriter<byte> output);

    /// <summary>Writes the body of a failed response; the error also travels as a header.</summary>
    public abstract void WrapError(string id, string error, IBufferWriter<byte> output);
}
