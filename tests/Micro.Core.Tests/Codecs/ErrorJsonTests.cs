
namespace Micro.Codecs;

public sealed class ErrorJsonTests
{
    [Theory]
    [InlineData("error-protobuf", 400, "greeter.hello", "bad name: error", "Bad Request")]
    [InlineData("error-internal-retries-protobuf", 500, "greeter.hello", "boom", "Internal Server Error")]
    [InlineData("error-utf8-protobuf", 422, "greeter.hello", "größe 漢字", "Unprocessable Entity")]
    public void Both_Recorded_AreTheSameBytes(string recording, int code, string id, string detail, string status)
    {
        var text = Recordings.Header(recording, "Micro-Error");
        ErrorJson.Format(new MicroException(code, id, detail)).Should().Be(text);
        var error = ErrorJson.Parse(text);
        (error.Code, error.Id, error.Detail, error.Status, error.Kind).Should().Be((code, id, detail, status, ErrorKind.Application));
    }

    [Theory]
    [InlineData("error-plain-protobuf", "plain failure")]
    [InlineData("error-newline-protobuf", "line one line two  line three")]
    [InlineData("unknown-endpoint-protobuf", "rpc: can't find method Nope")]
    public void Parse_RecordedText_IsTheDetail(string recording, string detail)
    {
        var error = ErrorJson.Parse(Recordings.Header(recording, "Micro-Error"));
        (error.Code, error.Id, error.Detail, error.Status, error.Kind).Should().Be((0, "", detail, "", ErrorKind.Application));
    }

    [Fact]
    public void Format_EmptyMembers_AreOmitted()
    {
        ErrorJson.Format(new MicroException(0, "", "")).Should().Be("{}");
        ErrorJson.Format(new MicroException(0, "", "x")).Should().Be("{\"detail\":\"x\"}");
        ErrorJson.Format(new MicroException(799, "a", "")).Should().Be("{\"id\":\"a\",\"code\":799}");
        ErrorJson.Format(new MicroException(-1, "", "")).Should().Be("{\"code\":-1}");
    }

    [Fact]
    public void Format_SpecialCharacters_AreEscapedLikeGo()
    {
        var text = ErrorJson.Format(new MicroException(0, "", "<a>&\"\\\r\n\t\b\f\u0001\u2028\u2029\u007f'+😀\ud800"));
        text.Should().Be("{\"detail\":\"\\u003ca\\u003e\\u0026\\\"\\\\\\r\\n\\t\\b\\f\\u0001\\u2028\\u2029\u007f'+😀\ufffd\"}");
    }

    [Fact]
    public void Parse_FormattedText_RoundTrips()
    {
        var all = new string([.. Enumerable.Range(0, 0xd800).Select(code => (char)code)]);
        ErrorJson.Parse(ErrorJson.Format(new MicroException(418, all, all))).Detail.Should().Be(all);
    }

    [Theory]
    [InlineData(408, ErrorKind.Timeout)]
    [InlineData(503, ErrorKind.Unavailable)]
    [InlineData(500, ErrorKind.Application)]
    [InlineData(404, ErrorKind.Application)]
    [InlineData(0, ErrorKind.Application)]
    public void Parse_Code_DecidesTheKind(int code, ErrorKind kind) =>
        ErrorJson.Parse($"{{\"id\":\"x\",\"code\":{code}}}").Kind.Should().Be(kind);

    [Theory]
    [InlineData("{\"code\":\"500\"}")]
    [InlineData("{\"code\":5.5}")]
    [InlineData("{\"code\":99999999999}")]
    [InlineData("{\"detail\":{}}")]
    [InlineData("{\"detail\":\"\\ud800\"}")]
    [InlineData("{\"detail\":\"x\"} y")]
    [InlineData("{\"detail\":\"x\"")]
    [InlineData("{}")]
    [InlineData("{}}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("EOS")]
    [InlineData("")]
    public void Parse_AnythingElse_IsTheDetail(string text)
    {
        var error = ErrorJson.Parse(text);
        (error.Code, error.Id, error.Detail).Should().Be((0, "", text));
    }

    [Fact]
    public void Parse_UnknownAndNullMembers_AreIgnored()
    {
        var error = ErrorJson.Parse(" {\"x\":[{}],\"detail\":null,\"code\":null,\"id\":\"a\",\"status\":\"Odd\"} ");
        (error.Code, error.Id, error.Detail, error.Status).Should().Be((0, "a", "", "Odd"));
    }

    [Fact]
    public void Parse_DeepJson_IsTheDetail()
    {
        var text = "{\"x\":" + new string('[', 10_000);
        ErrorJson.Parse(text).Detail.Should().Be(text);
    }

    [Fact]
    public void Parse_InvalidUtf8_NeverFails() => ErrorJson.Parse([0xff, (byte)'a']).Detail.Should().Be("\ufffda");
}
