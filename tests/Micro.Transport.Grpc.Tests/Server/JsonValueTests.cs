using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Micro.Codecs;
using Micro.Tests.Values;
using CallOptions = Micro.Client.CallOptions;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Values of protobuf messages in JSON, through a real server and over both protocols.</summary>
public sealed class JsonValueTests
{
    private const string Endpoint = "Values.Echo";

    public static TheoryData<string> Protocols => ["mucp", "grpc"];

    [Theory]
    [InlineData("mucp", "9007199254740993")]
    [InlineData("grpc", "9007199254740993")]
    [InlineData("mucp", "9223372036854775807")]
    [InlineData("grpc", "9223372036854775807")]
    public async Task Request_LargeInteger_ReachesTheHandlerExactly(string protocol, string number)
    {
        await using var fixture = await StartAsync();

        (await SendAsync(fixture, protocol, $$"""{"v":{{number}},"wrapped":{{number}}}""")).Should().Be(("200", $$"""{"v":"{{number}}","wrapped":"{{number}}"}"""));
    }

    [Theory]
    [InlineData("mucp", """{"v":1.5}""", "1.5")]
    [InlineData("grpc", """{"v":1.5}""", "1.5")]
    [InlineData("mucp", """{"v":9223372036854775808}""", "9223372036854775808")]
    [InlineData("grpc", """{"v":9223372036854775808}""", "9223372036854775808")]
    [InlineData("mucp", """{"any":{"@type":"a/values.Stranger"}}""", "values.Stranger")]
    [InlineData("grpc", """{"any":{"@type":"a/values.Stranger"}}""", "values.Stranger")]
    public async Task Request_WrongValue_IsABadRequestThatNamesIt(string protocol, string text, string named)
    {
        await using var fixture = await StartAsync();

        var (status, error) = await SendAsync(fixture, protocol, text);

        status.Should().Be("400", error);
        error.Should().Contain(named);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Request_Any_IsReadAndAnswered(string protocol)
    {
        await using var fixture = await StartAsync();
        const string Text = """{"any":{"@type":"a/values.Deeper","name":"b"},"anys":[{},{"@type":"a/google.protobuf.Int64Value","value":"9007199254740993"}]}""";

        (await SendAsync(fixture, protocol, Text)).Should().Be(("200", Text));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Request_AnyOfAGivenFile_IsReadAndAnswered(string protocol)
    {
        await using var fixture = await StartAsync(MicroCodecs.Json(files: [StrangerReflection.Descriptor]));
        const string Text = """{"any":{"@type":"a/values.Stranger","v":"1"}}""";

        (await SendAsync(fixture, protocol, Text)).Should().Be(("200", Text));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Request_BytesMarkAndUnknownEnumName_AreReadAsProto3JsonAllows(string protocol)
    {
        await using var fixture = await StartAsync();

        (await SendAsync(fixture, protocol, "\uFEFF" + """{"data":"-_8","pieces":["+/8","-_8="],"level":"LEVEL_LOW"}"""))
            .Should().Be(("200", """{"data":"+/8=","pieces":["+/8=","+/8="]}"""));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Client_Json_SendsAndReadsTheSameValues(string protocol)
    {
        await using var fixture = await StartAsync();
        await using var client = new Client.GrpcClientFixture(options => options.Protocol = protocol, fixture.Address);
        var message = new Values { V = long.MaxValue, U = ulong.MaxValue, Any = Any.Pack(new Local { V = long.MinValue, Data = ByteString.CopyFrom(0xfb, 0xff) }), Anys = { new Any() } };

        (await client.Client.CallAsync<Values, Values>("greeter", Endpoint, message, new CallOptions { ContentType = ContentTypes.Json })).Should().Be(message);
    }

    private static Task<GrpcServerFixture> StartAsync(ICodec? json = null) => GrpcServerFixture.StartAsync(
        options =>
        {
            if (json is not null)
            {
                options.Codecs[ContentTypes.Json] = json;
            }
        },
        server => server.Handle<Values, Values>(Endpoint, (values, _) => Task.FromResult(values)));

    /// <summary>Reads an answer of mucp, whose error is in a header or is that of HTTP.</summary>
    private static (string Status, string Text) Read(RawMessage answer)
    {
        var status = answer.StartLine.Split(' ')[1];
        if (answer.Error is not { } error)
        {
            return (status, answer.Text.TrimEnd('\n'));
        }

        using var json = JsonDocument.Parse(error);
        return (json.RootElement.GetProperty("code").GetRawText(), error);
    }

    /// <summary>Sends JSON over a plain socket; returns the status, as HTTP's, and the answer or error.</summary>
    private static async Task<(string Status, string Text)> SendAsync(GrpcServerFixture fixture, string protocol, string text)
    {
        if (protocol == "mucp")
        {
            using var socket = await RawSocket.ConnectAsync(fixture.Address);
            await socket.SendRequestAsync(Endpoint, text);
            var answer = (await socket.ReadAsync())!;
            return Read(answer);
        }

        using var http2 = await fixture.ConnectRawAsync();
        var reply = await http2.CallAsync(1, RawServer.Frame(0, Encoding.UTF8.GetBytes(text)), Http2Socket.CallHeaders("/greeter.Values/Echo", ("content-type", "application/grpc+json")));
        return reply.GrpcStatus switch
        {
            "0" => ("200", Encoding.UTF8.GetString([.. reply.Body.Skip(5)])),
            "3" => ("400", reply.GrpcMessage!),
            var other => (other ?? "none", reply.GrpcMessage!),
        };
    }
}
