using System.Text.Json;
using Google.Protobuf;
using Greeter;
using Micro.Client;
using Micro.Testing;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>Compares the client with recordings: the answers of go-micro's server and the requests of go-micro's client.</summary>
public sealed class RecordedServerTests
{
    [Theory]
    [InlineData("unary-default", "John", null, "Hello John")]
    [InlineData("unary-protobuf", "John", "application/protobuf", "Hello John")]
    [InlineData("unary-json", "John", "application/json", "Hello John")]
    [InlineData("unary-grpcjson", "John", "application/grpc+json", "Hello John")]
    public async Task CallAsync_Recorded_SameRequestAndItsAnswer(string name, string who, string? contentType, string expected)
    {
        var recording = Recording.Load(name);
        using var server = new ScriptedHttp2Server(recording.AnswerAsync);
        await using var client = new GrpcClientFixture(null, server.Address);

        (await client.HelloAsync(who, new CallOptions { ContentType = contentType })).Msg.Should().Be(expected);

        var request = server.Requests.Single();
        foreach (var header in (string[])[":method", ":scheme", ":path", "content-type", "te"])
        {
            request[header].Should().Be(recording.RequestHeader(header), header);
        }

        request["x-content-type"].Should().Be(contentType ?? "application/protobuf");
        request["timeout"].Should().MatchRegex("^[0-9]{10}$");
        request["grpc-timeout"].Should().MatchRegex("^[0-9]{1,8}[um]$");
        Convert.ToHexString([.. request.Body]).Should().BeEquivalentTo(recording.RequestData);
    }

    [Theory]
    [InlineData("error", 400, "greeter.hello", "bad name: error", "Bad Request")]
    [InlineData("error-internal", 500, "greeter.hello", "boom", "Internal Server Error")]
    [InlineData("error-panic", 500, "go.micro.server", "panic recovered: handler panic", "Internal Server Error")]
    [InlineData("error-utf8", 422, "greeter.hello", "größe 漢字", "Unprocessable Entity")]
    [InlineData("error-plain", 500, "go.micro.client", "plain failure", "Internal Server Error")]
    [InlineData("unknown-endpoint", 501, "go.micro.client", "unknown service Greeter.Nope", "Not Implemented")]
    [InlineData("unknown-handler", 501, "go.micro.client", "unknown service Nope", "Not Implemented")]
    public async Task CallAsync_RecordedError_MatchesGoClients(string name, int code, string id, string detail, string status)
    {
        using var server = new ScriptedHttp2Server(Recording.Load(name).AnswerAsync);
        await using var client = new GrpcClientFixture(null, server.Address);

        var error = await client.FailAsync();

        (error.Code, error.Id, error.Detail, error.Status, error.Kind).Should().Be((code, id, detail, status, ErrorKind.Application));
    }

    [Fact]
    public async Task CallAsync_RecordedResetAtTheDeadline_Timeout()
    {
        var recording = Recording.Load("timeout");
        using var server = new ScriptedHttp2Server(async request =>
        {
            if (request.IsComplete)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250));
                await recording.AnswerAsync(request);
            }
        });
        await using var client = new GrpcClientFixture(null, server.Address);

        var error = await client.FailAsync(options: new CallOptions { AttemptTimeout = TimeSpan.FromMilliseconds(300) });

        (error.Code, error.Kind).Should().Be((408, ErrorKind.Timeout));
    }

    [Fact]
    public async Task OpenStreamAsync_Recorded_AllMessages()
    {
        var recording = Recording.Load("stream");
        using var server = new ScriptedHttp2Server(recording.AnswerAsync);
        await using var client = new GrpcClientFixture(null, server.Address);
        await using var stream = await client.Client.OpenStreamAsync<StreamRequest, StreamResponse>("greeter", "Greeter.Stream");
        await stream.SendAsync(new StreamRequest { Count = 3 });
        var counts = new List<long>();
        await foreach (var response in stream.ReadAllAsync())
        {
            counts.Add(response.Count);
        }

        counts.Should().Equal(0, 1, 2);
        var request = server.Requests.Single();
        request[":path"].Should().Be(recording.RequestHeader(":path"));
        request["timeout"].Should().BeNull("a stream has no limit unless one is set");
        Convert.ToHexString([.. request.Body]).Should().BeEquivalentTo(recording.RequestData);
    }

    [Fact]
    public async Task CallAsync_RecordedEndpointWithSlashes_SamePath()
    {
        var recording = Recording.Load("method-slash");
        using var server = new ScriptedHttp2Server(recording.AnswerAsync);
        await using var client = new GrpcClientFixture(null, server.Address);

        var response = await client.Client.CallAsync<Request, Response>("greeter", "/greeter.Greeter/Hello", new Request { Name = "John" });

        response.Msg.Should().Be("Hello John");
        server.Requests.Single()[":path"].Should().Be(recording.RequestHeader(":path"));
    }

    /// <summary>Tests that the package of the message is in the path, which servers other than go-micro's need.</summary>
    [Fact]
    public async Task CallAsync_RecordedOtherService_PathOfItsNameForMessagesWithoutPackage()
    {
        var recording = Recording.Load("unknown-service-name");
        using var server = new ScriptedHttp2Server(recording.AnswerAsync);
        await using var client = new GrpcClientFixture(null, server.Address);

        var response = await client.Client.CallAsync<byte[], byte[]>("other", "Greeter.Hello", new Request { Name = "John" }.ToByteArray());

        Response.Parser.ParseFrom(response).Msg.Should().Be("Hello John");
        server.Requests.Single()[":path"].Should().Be(recording.RequestHeader(":path"));
    }

    [Fact]
    public async Task CallAsync_RecordedMetadata_SameHeaders()
    {
        var recording = Recording.Load("metadata");
        using var server = new ScriptedHttp2Server(recording.AnswerAsync);
        await using var client = new GrpcClientFixture(null, server.Address);

        await client.HelloAsync("ctx", new CallOptions { Metadata = new CallMetadata { ["Foo"] = "bar", ["X-Tenant"] = "t1", ["Micro-Namespace"] = "micro" } });

        var request = server.Requests.Single();
        foreach (var header in (string[])["foo", "x-tenant", "micro-namespace"])
        {
            request[header].Should().NotBeNull().And.Be(recording.RequestHeader(header), header);
        }
    }

    [Fact]
    public async Task OpenStreamAsync_RecordedBidi_SameMessagesInLockStep()
    {
        var recording = Recording.Load("bidi");
        var answers = new Queue<byte[]>(recording.Data("server"));
        using var server = new ScriptedHttp2Server(async request =>
        {
            if (answers.Count == 3)
            {
                await request.SendHeadersAsync(false, (":status", "200"), ("content-type", "application/grpc+proto"));
            }

            await request.SendDataAsync(answers.Dequeue());
        });
        await using var client = new GrpcClientFixture(null, server.Address);
        await using (var stream = await client.PingPongAsync())
        {
            await using var pongs = stream.ReadAllAsync().GetAsyncEnumerator();
            for (var stroke = 1; stroke <= 3; stroke++)
            {
                await stream.SendAsync(new Ping { Stroke = stroke });
                (await pongs.MoveNextAsync()).Should().BeTrue();
                pongs.Current.Stroke.Should().Be(stroke);
            }
        }

        var request = server.Requests.Single();
        request[":path"].Should().Be(recording.RequestHeader(":path"));
        request["content-type"].Should().Be(recording.RequestHeader("content-type"));
        request.Body.Should().Equal(recording.Data("client").SelectMany(static data => data));
        await Eventually.TrueAsync(() => server.Resets.Contains(8u), "the stream is cancelled as Go's client does");
    }

    /// <summary>One exchange: the first bytes of go-micro's client, and the answer of the server.</summary>
    private sealed class Recording(List<JsonElement> frames)
    {
        public string RequestData => Of("client").First(frame => Kind(frame) == "DATA").GetProperty("data_hex").GetString()!;

        public IEnumerable<byte[]> Data(string side) =>
            Of(side).Where(frame => Kind(frame) == "DATA").Select(frame => Convert.FromHexString(frame.GetProperty("data_hex").GetString()!));

        public static Recording Load(string name)
        {
            using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Recordings", name + ".json")));
            return new Recording([.. document.RootElement.GetProperty("frames").EnumerateArray().Where(frame => frame.GetProperty("stream").GetInt32() == 1).Select(frame => frame.Clone())]);
        }

        public string? RequestHeader(string name) =>
            Headers(Of("client").First()).FirstOrDefault(header => header.Name == name).Value;

        public async Task AnswerAsync(ScriptedRequest request)
        {
            foreach (var frame in Of("server"))
            {
                switch (Kind(frame))
                {
                    case "HEADERS":
                        await request.SendHeadersAsync(frame.GetProperty("end_stream").GetBoolean(), Headers(frame));
                        break;
                    case "DATA":
                        await request.SendDataAsync(Convert.FromHexString(frame.GetProperty("data_hex").GetString()!));
                        break;
                    case "RST_STREAM":
                        await request.ResetAsync(byte.Parse(frame.GetProperty("error_code").GetString()!));
                        break;
                }
            }
        }

        private static string? Kind(JsonElement frame) => frame.GetProperty("frame").GetString();

        private static (string Name, string Value)[] Headers(JsonElement frame) =>
            [.. frame.GetProperty("headers").EnumerateArray().Select(header => (header[0].GetString()!, header[1].GetString()!))];

        private IEnumerable<JsonElement> Of(string side) => frames.Where(frame => frame.GetProperty("from").GetString() == side);
    }
}
