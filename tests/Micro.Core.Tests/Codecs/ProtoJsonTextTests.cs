using System.Text;
using Google.Protobuf.WellKnownTypes;
using Micro.Tests.Values;

namespace Micro.Codecs;

/// <summary>Bytes, enumerations and the byte order mark in JSON.</summary>
public sealed class ProtoJsonTextTests
{
    private readonly ICodec _codec = MicroCodecs.Json();

    [Theory]
    [InlineData("+/8=")]
    [InlineData("+/8")]
    [InlineData("-_8=")]
    [InlineData("-_8")]
    [InlineData("\\u002b\\/8")]
    [InlineData("\\u002d_8")]
    [InlineData("+/8=\\n")]
    public void Decode_Bytes_BothAlphabetsAndOptionalPadding(string text)
    {
        byte[] expected = [0xfb, 0xff];
        _codec.Read<Values>($$"""{"data":"{{text}}"}""").Data.Should().Equal(expected);
        _codec.Read<Values>($$"""{"pieces":["{{text}}",""]}""").Pieces.Select(piece => piece.ToByteArray()).Should().BeEquivalentTo([expected, []]);
        _codec.Read<Values>($$"""{"wrappedData":"{{text}}"}""").WrappedData.Should().Equal(expected);
        _codec.Read<BytesValue>($"\"{text}\"").Value.Should().Equal(expected);
    }

    [Theory]
    [InlineData("-/8=")]
    [InlineData("-_8==")]
    [InlineData("+/=")]
    [InlineData("+")]
    [InlineData("+/8*")]
    [InlineData("\\\"\\\"")]
    [InlineData("größe")]
    public void Decode_NotBase64_Fails(string text) =>
        FluentActions.Invoking(() => _codec.Read<Values>($$"""{"data":"{{text}}"}""")).Should().Throw<CodecException>();

    [Fact]
    public void Decode_TextThatLooksLikeBase64_IsUnchanged() => _codec.Read<Values>("""{"text":"-_8"}""").Text.Should().Be("-_8");

    [Fact]
    public void Decode_UnknownEnumName_IsIgnoredAsUnknownFieldsAre()
    {
        _codec.Read<Values>("""{"level":"LEVEL_LOW","levels":["LEVEL_LOW","LEVEL_HIGH",7],"levelByName":{"a":"LEVEL_LOW","b":"LEVEL_HIGH"},"nope":1}""")
            .Should().Be(new Values { Levels = { Level.High, (Level)7 }, LevelByName = { ["b"] = Level.High } });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void Decode_ByteOrderMark_IsSkipped(int pieces)
    {
        byte[] proto = [0xEF, 0xBB, 0xBF, .. """{"v":9007199254740993}"""u8];
        _codec.DecodeMessage<Values>(Sequences.InPieces(proto, pieces)).V.Should().Be(9_007_199_254_740_993);
        byte[] plain = [0xEF, 0xBB, 0xBF, .. """{"orderId":7}"""u8];
        _codec.DecodeMessage<JsonCodecTests.Order>(Sequences.InPieces(plain, pieces)).OrderId.Should().Be(7);
    }

    [Fact]
    public void Decode_MarkTwiceOrInside_Fails()
    {
        FluentActions.Invoking(() => _codec.Read<Values>("\uFEFF\uFEFF{}")).Should().Throw<CodecException>();
        FluentActions.Invoking(() => _codec.Read<Values>("{\uFEFF}")).Should().Throw<CodecException>();
    }

    [Fact]
    public void OpenRequest_ByteOrderMark_IsSkipped()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. """{"params":[{"v":1}],"id":"1","method":"A.B"}"""u8];
        var request = Envelopes.Envelope.JsonRpc.OpenRequest(Sequences.Of(body));
        (request.Endpoint, Encoding.UTF8.GetString(request.Message)).Should().Be(("A.B", """{"v":1}"""));
    }
}
