using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;

namespace Micro.Codecs.Envelopes;

/// <summary>
/// The envelope of protobuf before go-micro 1.0: a header message {1 method, 2 id, 3 error} and the message, each with its
/// length as four bytes, most significant first.
/// </summary>
internal sealed class ProtoRpcEnvelope : Envelope
{
    private const int LengthBytes = 4;
    private const string Name = "proto-rpc";
    private const uint MethodTag = (1 << 3) | 2;
    private const uint IdTag = 2 << 3;
    private const uint ErrorTag = (3 << 3) | 2;

    public override EnvelopedRequest OpenRequest(in ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty)
        {
            return new EnvelopedRequest("", "", body);
        }

        var (method, id, _) = ReadHeader(body, out var message);
        return new EnvelopedRequest(method, id.ToString(CultureInfo.InvariantCulture), message);
    }

    public override void WrapRequest(string endpoint, string id, ReadOnlySpan<byte> message, IBufferWriter<byte> output) =>
        Wrap(endpoint, id, "", message, output);

    public override EnvelopedResponse OpenResponse(in ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty)
        {
            return new EnvelopedResponse(null, body);
        }

        var (_, _, error) = ReadHeader(body, out var message);
        return new EnvelopedResponse(error.Length == 0 ? null : error, message);
    }

    /// <summary>Empty: the Go server sends no method in its responses.</summary>
    public override void WrapResponse(string id, ReadOnlySpan<byte> message, IBufferWriter<byte> output) =>
        Wrap("", id, "", message, output);

    public override void WrapError(string id, string error, IBufferWriter<byte> output) => Wrap("", id, error, default, output);

    private static (string Method, ulong Id, string Error) ReadHeader(in ReadOnlySequence<byte> body, out ReadOnlySequence<byte> message)
    {
        var rest = body;
        var header = Take(ref rest, MaxHeadBytes);
        message = Take(ref rest, int.MaxValue);
        if (!rest.IsEmpty)
        {
            throw new CodecException(Name, $"{rest.Length} bytes follow the message");
        }

        try
        {
            return ReadFields(header.ToArray());
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new CodecException(Name, exception.Message, exception);
        }
    }

    private static ReadOnlySequence<byte> Take(ref ReadOnlySequence<byte> rest, int limit)
    {
        if (rest.Length < LengthBytes)
        {
            throw new CodecException(Name, "the body ends inside a length");
        }

        Span<byte> prefix = stackalloc byte[LengthBytes];
        rest.Slice(0, LengthBytes).CopyTo(prefix);
        rest = rest.Slice(LengthBytes);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix);
        if (length > rest.Length || length > limit)
        {
            throw new CodecException(Name, $"a length is {length} bytes, but at most {Math.Min(rest.Length, limit)} follow");
        }

        var part = rest.Slice(0, length);
        rest = rest.Slice(length);
        return part;
    }

    private static (string Method, ulong Id, string Error) ReadFields(byte[] header)
    {
        var (method, id, error) = ("", 0UL, "");
        using var input = new CodedInputStream(header);
        while (input.ReadTag() is var tag and not 0)
        {
            switch (tag)
            {
                case MethodTag:
                    method = input.ReadString();
                    break;
                case IdTag:
                    id = input.ReadUInt64();
                    break;
                case ErrorTag:
                    error = input.ReadString();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return (method, id, error);
    }

    private static void Wrap(string method, string id, string error, ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        // Go reads an id that is not a number as 0, and omits a 0.
        _ = ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        var length = StringSize(method) + StringSize(error) + (number == 0 ? 0 : 1 + CodedOutputStream.ComputeUInt64Size(number));
        var header = new byte[length];
        using (var stream = new CodedOutputStream(header))
        {
            WriteString(stream, MethodTag, method);
            if (number != 0)
            {
                stream.WriteTag(IdTag);
                stream.WriteUInt64(number);
            }

            WriteString(stream, ErrorTag, error);
        }

        WriteBlock(header, output);
        WriteBlock(message, output);
    }

    private static int StringSize(string text) => text.Length == 0 ? 0 : 1 + CodedOutputStream.ComputeStringSize(text);

    private static void WriteString(CodedOutputStream stream, uint tag, string text)
    {
        if (text.Length != 0)
        {
            stream.WriteTag(tag);
            stream.WriteString(text);
        }
    }

    private static void WriteBlock(ReadOnlySpan<byte> block, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(LengthBytes), (uint)block.Length);
        output.Advance(LengthBytes);
        output.Write(block);
    }
}
