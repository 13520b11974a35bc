using System.Buffers;
using Google.Protobuf;
using Micro.Codecs.Envelopes;
using Micro.Tests.Shapes;

namespace Micro.Codecs;

/// <summary>Whatever a peer sends, only <see cref="CodecException"/> comes out (S17, S18).</summary>
public sealed class CodecFuzzTests
{
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

    [Fact]
    public void Protobuf_Mutations_OnlyCodecException_S18() => Fuzz(MicroCodecs.Protobuf.Bytes(Seed), 100_000, body => MicroCodecs.Protobuf.DecodeMessage<Shape>(body));

    [Fact]
    public void ProtoJson_Mutations_OnlyCodecException_S17()
    {
        var codec = MicroCodecs.Json();
        Fuzz(codec.Bytes(Seed), 20_000, body => codec.DecodeMessage<Shape>(body));
    }

    [Fact]
    public void PlainJson_Mutations_OnlyCodecException_S17()
    {
        var codec = MicroCodecs.Json();
        var seed = codec.Bytes(new Plain { Name = "größe \n", Number = 7, Inner = new Plain { List = { 1, 2 } }, At = DateTimeOffset.UnixEpoch });
        Fuzz(seed, 20_000, body => codec.DecodeMessage<Plain>(body));
    }

    [Theory]
    [InlineData(ContentTypes.JsonRpc)]
    [InlineData(ContentTypes.ProtoRpc)]
    [InlineData(ContentTypes.Grpc)]
    public void Envelopes_Mutations_OnlyCodecException(string contentType)
    {
        new ContentFormats().TryGet(contentType, out var format);
        var (codec, envelope) = (format!.Codec, format.Envelope!);
        var message = codec.Bytes(Seed);
        Fuzz(EnvelopeTesting.Write(output => envelope.WrapRequest("A.B", "7", message, output)), 20_000, body => codec.DecodeMessage<Shape>(envelope.OpenRequest(body).Message));
        Fuzz(EnvelopeTesting.Write(output => envelope.WrapResponse("7", message, output)), 20_000, body => codec.DecodeMessage<Shape>(envelope.OpenResponse(body).Message));
        Fuzz(EnvelopeTesting.Write(output => envelope.WrapError("7", "failed", output)), 20_000, body => envelope.OpenResponse(body));
    }

    private static void Fuzz<T>(byte[] seed, int rounds, Func<ReadOnlySequence<byte>, T> read)
    {
        var random = new Random(4711);
        for (var round = 0; round < rounds; round++)
        {
            var bytes = Mutator.Mutate(seed, random);
            var body = round % 2 == 0 ? new ReadOnlySequence<byte>(bytes) : Sequences.InPieces(bytes, random.Next(1, 9));
            try
            {
                read(body);
            }
            catch (CodecException exception)
            {
                exception.Message.Should().NotBeNullOrEmpty();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"round {round}: {Convert.ToHexString(bytes)}", exception);
            }
        }
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
