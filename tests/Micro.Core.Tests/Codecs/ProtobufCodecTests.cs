using Google.Protobuf;
using Greeter;
using Micro.Tests.Shapes;

namespace Micro.Codecs;

public sealed class ProtobufCodecTests
{
    private readonly ICodec _codec = MicroCodecs.Protobuf;

    [Fact]
    public void Encode_Message_WritesTheRecordedBytes() =>
        Convert.ToHexString(_codec.Bytes(new Request { Name = "John" })).Should().Be("0A044A6F686E");

    [Fact]
    public void Decode_EmptyBody_IsTheEmptyMessage() => _codec.Read<Request>("").Should().Be(new Request());

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Decode_Segments_RoundTrips(int size)
    {
        var shape = new Shape { DisplayName = "größe", Picture = ByteString.CopyFrom(1, 2, 3), Inner = new Shape { Serial = -1 }, Tags = { "a", "b" } };
        _codec.DecodeMessage<Shape>(Sequences.InPieces(_codec.Bytes(shape), size)).Should().Be(shape);
    }

    [Theory]
    [InlineData("ffffff")]
    [InlineData("0a05")]
    [InlineData("0affffffff07")]
    [InlineData("0a")]
    [InlineData("0c")]
    public void Decode_WrongBytes_Fails_S18(string hex) =>
        FluentActions.Invoking(() => _codec.DecodeMessage<Request>(Sequences.OfHex(hex))).Should().Throw<CodecException>().Which.Codec.Should().Be("protobuf");

    [Theory]
    [InlineData(90, true)]
    [InlineData(101, false)]
    [InlineData(20_000, false)]
    public void Decode_Recursion_IsLimited_S18(int depth, bool allowed)
    {
        byte[] body = [];
        for (var level = 0; level < depth; level++)
        {
            var message = new MemoryStream();
            using (var output = new CodedOutputStream(message, leaveOpen: true))
            {
                output.WriteTag(Shape.InnerFieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(body));
            }

            body = message.ToArray();
        }

        var decode = () => { _ = _codec.DecodeMessage<Shape>(Sequences.Of(body)); };
        if (allowed)
        {
            decode.Should().NotThrow();
        }
        else
        {
            decode.Should().Throw<CodecException>();
        }
    }

    [Fact]
    public void Codec_OtherTypes_ErrorNamesTheRightTypes()
    {
        FluentActions.Invoking(() => _codec.Bytes("text")).Should().Throw<CodecException>().WithMessage("*String is not a protobuf message*application/json*");
        FluentActions.Invoking(() => _codec.Read<Uri>("")).Should().Throw<CodecException>().WithMessage("*Uri is not a protobuf message*");
        FluentActions.Invoking(() => _codec.Bytes<Request?>(null)).Should().Throw<CodecException>().WithMessage("*null*");
    }
}
