namespace Micro.Codecs.Envelopes;

public sealed class ProtoRpcEnvelopeTests
{
    private readonly Envelope _envelope = Envelope.ProtoRpc;

    [Fact]
    public void WrapRequest_GivesTheRecordedBytes() =>
        EnvelopeTesting.Write(output => _envelope.WrapRequest("Greeter.Hello", "0", Convert.FromHexString("0a044a6f686e"), output))
            .Should().Equal(Recordings.Body("legacy-proto-rpc", 0));

    [Fact]
    public void WrapResponse_GivesTheRecordedBytes() =>
        EnvelopeTesting.Write(output => _envelope.WrapResponse("0", Convert.FromHexString("0a0a48656c6c6f204a6f686e"), output))
            .Should().Equal(Recordings.Body("legacy-proto-rpc", 1));

    [Fact]
    public void WrapError_GivesTheRecordedBytes() =>
        EnvelopeTesting.Write(output => _envelope.WrapError("", "EOF", output)).Should().Equal(Recordings.ProbeBody("get-root"));

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Open_Recorded_GivesItsParts(int size)
    {
        var request = _envelope.OpenRequest(Sequences.InPieces(Recordings.Body("legacy-proto-rpc", 0), size));
        (request.Endpoint, request.Id).Should().Be(("Greeter.Hello", "0"));
        Convert.ToHexString(System.Buffers.BuffersExtensions.ToArray(request.Message)).Should().Be("0A044A6F686E");
        var response = _envelope.OpenResponse(Sequences.InPieces(Recordings.Body("legacy-proto-rpc", 1), size));
        response.Error.Should().BeNull();
        response.Message.Length.Should().Be(12);
        _envelope.OpenResponse(Sequences.InPieces(Recordings.ProbeBody("get-root"), size)).Error.Should().Be("EOF");
    }

    [Fact]
    public void RoundTrip_Id_IsKept()
    {
        var request = EnvelopeTesting.Write(output => _envelope.WrapRequest("A.B", "18446744073709551615", [1], output));
        _envelope.OpenRequest(Sequences.Of(request)).Id.Should().Be("18446744073709551615");
        var named = EnvelopeTesting.Write(output => _envelope.WrapRequest("A.B", "no number", [1], output));
        _envelope.OpenRequest(Sequences.Of(named)).Id.Should().Be("0");
    }

    [Fact]
    public void Open_EmptyBody_IsAnEmptyMessage()
    {
        _envelope.OpenRequest(default).Endpoint.Should().BeEmpty();
        _envelope.OpenResponse(default).Error.Should().BeNull();
    }

    [Theory]
    [InlineData("000000")]
    [InlineData("00000000")]
    [InlineData("0000000000000001")]
    [InlineData("ffffffff")]
    [InlineData("00000000ffffffff00")]
    [InlineData("0000000000000000aa")]
    [InlineData("00000002ffff00000000")]
    [InlineData("000000020a0500000000")]
    public void Open_WrongLengths_Fail(string hex)
    {
        FluentActions.Invoking(() => _envelope.OpenRequest(Sequences.OfHex(hex))).Should().Throw<CodecException>().Which.Codec.Should().Be("proto-rpc");
        FluentActions.Invoking(() => _envelope.OpenResponse(Sequences.OfHex(hex))).Should().Throw<CodecException>();
    }

    [Fact]
    public void Open_LongHeader_Fails()
    {
        var body = EnvelopeTesting.Write(output => _envelope.WrapRequest(new string('a', 65 * 1024), "0", default, output));
        FluentActions.Invoking(() => _envelope.OpenRequest(Sequences.Of(body))).Should().Throw<CodecException>().WithMessage("*65536 follow*");
    }
}
