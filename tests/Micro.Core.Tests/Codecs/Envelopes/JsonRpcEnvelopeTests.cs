using System.Text;

namespace Micro.Codecs.Envelopes;

public sealed class JsonRpcEnvelopeTests
{
    private readonly Envelope _envelope = Envelope.JsonRpc;

    [Fact]
    public void WrapRequest_GivesTheRecordedBytes() =>
        EnvelopeTesting.Write(output => _envelope.WrapRequest("Greeter.Hello", "0", "{\"name\":\"John\"}\n"u8, output))
            .Should().Equal(Recordings.Body("legacy-json-rpc", 0));

    [Fact]
    public void WrapResponse_GivesTheRecordedBytes() =>
        EnvelopeTesting.Write(output => _envelope.WrapResponse("0", "{\"msg\":\"Hello John\"}\n"u8, output))
            .Should().Equal(Recordings.Body("legacy-json-rpc", 1));

    [Fact]
    public void WrapError_GivesTheRecordedBytes() =>
        EnvelopeTesting.Write(output => _envelope.WrapError("", "rpc: service/endpoint request ill-formed: ", output))
            .Should().Equal(Recordings.ProbeBody("no-micro-headers-json"));

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void OpenRequest_Recorded_GivesItsParts(int size)
    {
        var request = _envelope.OpenRequest(Sequences.InPieces(Recordings.Body("legacy-json-rpc", 0), size));
        request.Endpoint.Should().Be("Greeter.Hello");
        request.Id.Should().Be("0");
        request.Message.Text().Should().Be("{\"name\":\"John\"}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void OpenResponse_Recorded_GivesMessageOrError(int size)
    {
        var response = _envelope.OpenResponse(Sequences.InPieces(Recordings.Body("legacy-json-rpc", 1), size));
        response.Error.Should().BeNull();
        response.Message.Text().Should().Be("{\"msg\":\"Hello John\"}");
        var failure = _envelope.OpenResponse(Sequences.InPieces(Recordings.ProbeBody("no-micro-headers-json"), size));
        failure.Error.Should().Be("rpc: service/endpoint request ill-formed: ");
        failure.Message.IsEmpty.Should().BeTrue();
    }

    [Theory]
    [InlineData("{\"method\":\"A.B\",\"id\":12,\"params\":[{\"a\":[1,2]},3,[4]]}", "A.B", "12", "{\"a\":[1,2]}")]
    [InlineData(" { \"x\": {\"params\":[1]}, \"params\" : [ \"t\" ] } ", "", "", "\"t\"")]
    [InlineData("{\"method\":null,\"id\":{\"a\":1},\"params\":null}", "", "", "")]
    [InlineData("{\"params\":[]}", "", "", "")]
    [InlineData("{\"params\":[null]}", "", "", "")]
    [InlineData("", "", "", "")]
    public void OpenRequest_Tolerates(string body, string endpoint, string id, string message)
    {
        var request = _envelope.OpenRequest(Sequences.Of(body));
        (request.Endpoint, request.Id, request.Message.Text()).Should().Be((endpoint, id, message));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"params\":{}}")]
    [InlineData("{\"method\":\"\\ud800\"}")]
    [InlineData("{\"method\":\"a\"}x")]
    [InlineData("{\"params\":[")]
    [InlineData("1")]
    [InlineData("null")]
    public void Open_Wrong_Fails(string body)
    {
        FluentActions.Invoking(() => _envelope.OpenRequest(Sequences.Of(body))).Should().Throw<CodecException>().Which.Codec.Should().Be("json-rpc");
        if (!body.Contains("params", StringComparison.Ordinal) && !body.Contains("method", StringComparison.Ordinal))
        {
            FluentActions.Invoking(() => _envelope.OpenResponse(Sequences.Of(body))).Should().Throw<CodecException>();
        }
    }

    [Fact]
    public void OpenRequest_LongMethod_Fails()
    {
        var body = "{\"method\":\"" + new string('a', 65 * 1024) + "\"}";
        FluentActions.Invoking(() => _envelope.OpenRequest(Sequences.Of(body))).Should().Throw<CodecException>().WithMessage("*the limit is 65536*");
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void OpenRequest_Depth_IsThatOfMessages_S17(int depth, bool allowed)
    {
        var body = "{\"params\":[" + new string('[', depth) + new string(']', depth) + "]}";
        var open = () => { _ = _envelope.OpenRequest(Sequences.Of(body)); };
        if (allowed)
        {
            open.Should().NotThrow();
        }
        else
        {
            open.Should().Throw<CodecException>();
        }
    }

    [Fact]
    public void Wrap_EmptyMessage_IsNull()
    {
        Encoding.UTF8.GetString(EnvelopeTesting.Write(output => _envelope.WrapResponse("a\"b", default, output)))
            .Should().Be("{\"id\":\"a\\\"b\",\"result\":null,\"error\":null}\n");
        Encoding.UTF8.GetString(EnvelopeTesting.Write(output => _envelope.WrapRequest("A.B", "1", "\n"u8, output)))
            .Should().Be("{\"params\":[null],\"id\":\"1\",\"method\":\"A.B\"}\n");
    }
}
