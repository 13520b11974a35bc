using System.Buffers;
using Google.Protobuf;
using Micro.Codecs;
using Micro.Tests.Shapes;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>Messages in protobuf and JSON; the first byte chooses: S17, S18.</summary>
public sealed class MessageTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly ICodec Json = MicroCodecs.Json();

    private static readonly Shape Seed = new()
    {
        DisplayName = "größe",
        Serial = -5,
        Big = ulong.MaxValue,
        Picture = ByteString.CopyFrom(1, 2, 3),
        Tags = { "a", "b" },
        Corners = { new Shape.Types.Corner { X = 1.5, Y = float.NaN } },
        Counts = { ["k"] = 7 },
        Inner = new Shape { Inner = new Shape { Text = "t" } },
        Number = 3,
    };

    private protected override FuzzTarget Target { get; } = new(
        "message",
        Decode,
        [
            [0, .. MicroCodecs.Protobuf.Bytes(Seed)],
            [1, .. Json.Bytes(Seed)],
            [2, .. Json.Bytes(new Plain { Name = "größe \n", Number = 7, Inner = new Plain { List = { 1, 2 } }, At = DateTimeOffset.UnixEpoch })],
        ])
    {
        Declared = [typeof(CodecException)],
        MaxInputBytes = 16 * 1024, // decoded, written and decoded again; two bytes of protobuf can be an empty message, an object of 150 bytes
        AllocationCap = 4 * 1024 * 1024,
    };

    private static void Decode(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var body = input.Length % 2 == 0 ? new ReadOnlySequence<byte>(input, 1, input.Length - 1) : Sequences.InPieces(input.AsSpan(1), 1 + (input.Length / 16));
        switch (input[0] % 3)
        {
            case 0:
                Again(MicroCodecs.Protobuf, MicroCodecs.Protobuf.DecodeMessage<Shape>(body));
                break;
            case 1:
                Again(Json, Json.DecodeMessage<Shape>(body));
                break;
            default:
                Again(Json, Json.DecodeMessage<Plain>(body));
                break;
        }
    }

    private static void Again<T>(ICodec codec, T message)
    {
        var bytes = codec.Bytes(message);
        Identity.RequireBytes("the message", bytes, codec.Bytes(codec.DecodeMessage<T>(new ReadOnlySequence<byte>(bytes))));
    }

    private sealed class Plain
    {
        public string? Name { get; set; }

        public int Number { get; set; }

        public Plain? Inner { get; set; }

        public List<int> List { get; set; } = [];

        public DateTimeOffset At { get; set; }
    }
}
