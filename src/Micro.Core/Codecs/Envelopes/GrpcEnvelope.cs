using System.Buffers;
using System.Buffers.Binary;

namespace Micro.Codecs.Envelopes;

/// <summary>gRPC's frame (flag byte and length) carried over HTTP/1.1: exactly one per body.</summary>
internal sealed class GrpcEnvelope : Envelope
{
    private const int HeadLength = 5;
    private const string Name = "grpc";

    public override ReadOnlySpan<byte> ResponseHeaderLines => "Grpc-Status: 0\r\n"u8;

    public override EnvelopedRequest OpenRequest(in ReadOnlySequence<byte> body) => new("", "", Open(body));

    public override void WrapRequest(string endpoint, string id, ReadOnlySpan<byte> message, IBufferWriter<byte> output) => Wrap(message, output);

    public override EnvelopedResponse OpenResponse(in ReadOnlySequence<byte> body) => new(null, Open(body));

    public override void WrapResponse(string id, ReadOnlySpan<byte> message, IBufferWriter<byte> output) => Wrap(message, output);

    /// <summary>Writes nothing: a gRPC body cannot hold an error.</summary>
    public override void WrapError(string id, string error, IBufferWriter<byte> output)
    {
    }

    private static ReadOnlySequence<byte> Open(in ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty)
        {
            return body;
        }

        if (body.Length < HeadLength)
        {
            throw new CodecException(Name, "the frame is shorter than its 5-byte head");
        }

        Span<byte> head = stackalloc byte[HeadLength];
        body.Slice(0, HeadLength).CopyTo(head);
        if (head[0] != 0)
        {
            throw new CodecException(Name, $"frame flag {head[0]}: compressed frames are not supported");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        return length == body.Length - HeadLength
            ? body.Slice(HeadLength)
            : throw new CodecException(Name, $"the frame length is {length} bytes, but the body has {body.Length - HeadLength}");
    }

    private static void Wrap(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        var head = output.GetSpan(HeadLength);
        head[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(head[1..], (uint)message.Length);
        output.Advance(HeadLength);
        output.Write(message);
    }
}
