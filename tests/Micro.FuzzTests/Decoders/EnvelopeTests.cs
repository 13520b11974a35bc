using System.Buffers;
using System.Text;
using Micro.Codecs;
using Micro.Codecs.Envelopes;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>The envelopes of <c>-rpc</c> content types and of gRPC frames in a body; the first byte chooses.</summary>
public sealed class EnvelopeTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly Envelope[] Envelopes = [Envelope.JsonRpc, Envelope.ProtoRpc, Envelope.Grpc];

    private protected override FuzzTarget Target { get; } = new("envelope", Decode, [.. Seeds()])
    {
        Declared = [typeof(CodecException)],
        AllocationCap = 2 * 1024 * 1024, // JSON texts are unescaped and escaped again
    };

    private static void Decode(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var envelope = Envelopes[input[0] % Envelopes.Length];
        var body = input.Length % 2 == 0 ? new ReadOnlySequence<byte>(input, 1, input.Length - 1) : Sequences.InPieces(input.AsSpan(1), 1 + (input.Length / 16));
        if ((input[0] & 0x10) != 0)
        {
            OpenResponse(envelope, body);
            return;
        }

        var request = envelope.OpenRequest(body);
        var message = request.Message.ToArray();
        var again = envelope.OpenRequest(new ReadOnlySequence<byte>(EnvelopeTesting.Write(to => envelope.WrapRequest(request.Endpoint, request.Id, message, to))));
        Identity.RequireBytes("the message", message, again.Message.ToArray());
    }

    private static void OpenResponse(Envelope envelope, ReadOnlySequence<byte> body)
    {
        var response = envelope.OpenResponse(body);
        if (response.Error is null)
        {
            var message = response.Message.ToArray();
            var again = envelope.OpenResponse(new ReadOnlySequence<byte>(EnvelopeTesting.Write(to => envelope.WrapResponse("7", message, to))));
            Identity.RequireBytes("the message", message, again.Message.ToArray());
        }
    }

    private static IEnumerable<byte[]> Seeds()
    {
        foreach (var (name, choice) in new[] { ("legacy-json-rpc", (byte)0), ("legacy-proto-rpc", (byte)1) })
        {
            yield return [choice, .. Recordings.Body(name, 0)];
            yield return [(byte)(choice + (0x10 * 3)), .. Recordings.Body(name, 1)];
        }

        for (var index = 0; index < Envelopes.Length; index++)
        {
            var envelope = Envelopes[index];
            var message = Encoding.UTF8.GetBytes("{\"name\":\"größe\"}");
            yield return [(byte)index, .. EnvelopeTesting.Write(to => envelope.WrapRequest("A.B", "7", message, to))];
            yield return [(byte)(index + (0x10 * 3)), .. EnvelopeTesting.Write(to => envelope.WrapResponse("7", message, to))];
            yield return [(byte)(index + (0x10 * 3)), .. EnvelopeTesting.Write(to => envelope.WrapError("7", "failed", to))];
        }
    }
}
