using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Micro.Codecs;
using Micro.Tests.Shapes;
using Micro.Tests.Values;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>Messages in protobuf and JSON; the first byte chooses: S17, S18.</summary>
public sealed class MessageTests(ITestOutputHelper output) : DecoderTests(output)
{
    /// <summary>Chooses messages whose JSON is rewritten; the other choices go by the remainder, which kept inputs rely on.</summary>
    private const byte Special = 0xff;

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

    private static readonly Values SpecialSeed = new()
    {
        V = long.MinValue,
        Wrapped = long.MaxValue,
        Named = { ["k"] = ulong.MaxValue },
        Any = Any.Pack(new Values { Any = Any.Pack(new Local { V = 1, Data = ByteString.CopyFrom(0xfb, 0xff) }) }),
        Anys = { Any.Pack(new UInt64Value { Value = ulong.MaxValue }), new Any() },
        Free = Value.ForNumber(1.5),
    };

    private protected override FuzzTarget Target { get; } = new(
        "message",
        Decode,
        [
            [0, .. MicroCodecs.Protobuf.Bytes(Seed)],
            [1, .. Json.Bytes(Seed)],
            [2, .. Json.Bytes(new Plain { Name = "größe \n", Number = 7, Inner = new Plain { List = { 1, 2 } }, At = DateTimeOffset.UnixEpoch })],
            [Special, .. Json.Bytes(SpecialSeed)],
            [Special, .. """{"any":{"value":{"v":9007199254740993,"data":"-_8","@type":"a/values.Local"},"@type":"a/google.protobuf.Any"},"anyByName":{"k":{}},"many":[1e3,-0]}"""u8],
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
        if (input[0] == Special)
        {
            Again(Json, Json.DecodeMessage<Values>(body));
            return;
        }

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
