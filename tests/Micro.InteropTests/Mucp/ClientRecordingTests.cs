using Greeter;
using Grpc.Core;
using Micro.Client;
using Micro.Codecs;
using CallOptions = Micro.Client.CallOptions;

namespace Micro.InteropTests.Mucp;

/// <summary>Our client against the recorded bytes of a Go server.</summary>
public sealed class ClientRecordingTests : IAsyncLifetime
{
    private readonly RpcClient _client = new(new ClientOptions { Retries = 0 }, _ => throw new InvalidOperationException("addresses only"));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _client.DisposeAsync();

    [Theory]
    [InlineData("unary-json", ContentTypes.Json)]
    [InlineData("unary-protobuf", ContentTypes.Protobuf)]
    [InlineData("connclose-protobuf", ContentTypes.Protobuf)]
    [InlineData("unknown-service-name-protobuf", ContentTypes.Protobuf)]
    [InlineData("grpc-ct-over-mucp", ContentTypes.GrpcProto)]
    [InlineData("legacy-json-rpc", ContentTypes.JsonRpc)]
    [InlineData("legacy-proto-rpc", ContentTypes.ProtoRpc)]
    public async Task Call_RecordedReply_IsUnderstood(string recording, string contentType)
    {
        await using var server = new RecordedServer(recording);
        var calls = Recording.Read(recording).GetProperty("connections").EnumerateArray().Sum(connection => Recording.Messages(connection, "client").Count());

        for (var call = 0; call < calls; call++)
        {
            // Replies of a Go server carry the id of the connection's first request: it must not matter.
            var response = await CallAsync(server, "John", contentType);
            response.Msg.Should().Be("Hello John");
        }
    }

    [Fact]
    public async Task Call_Request_CarriesWhatAGoServerNeeds()
    {
        await using var server = new RecordedServer("unary-protobuf");
        await CallAsync(server, "John", ContentTypes.Protobuf);
        await CallAsync(server, "John", ContentTypes.Protobuf);
        var recorded = Recording.Messages(Recording.Read("unary-protobuf").GetProperty("connections")[0], "client").First();

        var sent = server.Received[0];

        sent.StartLine.Should().Be(recorded.StartLine);
        sent.Body.Should().Equal(recorded.Body);
        sent.Header("Host").Should().Be(server.Address);
        foreach (var name in new[] { "Accept", "Content-Type", "Content-Length", "Micro-Endpoint", "Micro-Method", "Micro-Service" })
        {
            sent.Header(name).Should().Be(recorded.Header(name), name);
        }

        // What connecting took is off the limit.
        long.Parse(sent.Header("Timeout")!, System.Globalization.CultureInfo.InvariantCulture)
            .Should().BeInRange(1, long.Parse(recorded.Header("Timeout")!, System.Globalization.CultureInfo.InvariantCulture));

        server.Received.Select(request => request.Header("Micro-Stream")).Should().OnlyHaveUniqueItems("a Go server loses calls without it")
            .And.NotContainNulls();
    }

    [Theory]
    [InlineData("error-json", ContentTypes.Json, 400, "greeter.hello", "bad name: error")]
    [InlineData("error-protobuf", ContentTypes.Protobuf, 400, "greeter.hello", "bad name: error")]
    [InlineData("error-internal-retries-protobuf", ContentTypes.Protobuf, 500, "greeter.hello", "boom")]
    [InlineData("error-utf8-protobuf", ContentTypes.Protobuf, 422, "greeter.hello", "größe 漢字")]
    [InlineData("error-plain-protobuf", ContentTypes.Protobuf, 0, "", "plain failure")]
    [InlineData("error-newline-protobuf", ContentTypes.Protobuf, 0, "", "line one line two  line three")]
    [InlineData("unknown-endpoint-protobuf", ContentTypes.Protobuf, 0, "", "rpc: can't find method Nope")]
    [InlineData("unknown-handler-protobuf", ContentTypes.Protobuf, 0, "", "rpc: can't find service Nope")]
    public async Task Call_RecordedError_SurfacesAsTypedError(string recording, string contentType, int code, string id, string detail)
    {
        await using var server = new RecordedServer(recording);

        var error = (await FluentActions.Awaiting(() => CallAsync(server, "x", contentType)).Should().ThrowAsync<RpcException>()).Which.Status.DebugException.Should().BeOfType<MicroException>().Which;

        error.Code.Should().Be(code);
        error.Id.Should().Be(id);
        error.Detail.Should().Be(detail);
        error.Kind.Should().Be(ErrorKind.Application);
        error.Node!.Address.Should().Be(server.Address);
        error.Attempts.Should().Be(1);
    }

    [Theory]
    [InlineData("stream-server-json", ContentTypes.Json)]
    [InlineData("stream-server-protobuf", ContentTypes.Protobuf)]
    public async Task ServerStream_RecordedFrames_AreReadToTheirEnd(string recording, string contentType)
    {
        await using var server = new RecordedServer(recording);

        var counts = new List<long>();
        using var call = Typed(Options(server, contentType)).Stream(new StreamRequest { Count = 3 });
        while (await call.ResponseStream.MoveNext())
        {
            counts.Add(call.ResponseStream.Current.Count);
        }

        counts.Should().Equal([0, 2, 2], "that is what the Go server sent");
        server.Received[0].Header("Micro-Stream").Should().NotBeNull();
        server.Received[0].Header("Timeout").Should().BeNull("a stream has no deadline unless one is set");
    }

    [Theory]
    [InlineData("stream-bidi-json", ContentTypes.Json, 2)]
    [InlineData("stream-bidi-protobuf", ContentTypes.Protobuf, 3)]
    public async Task Bidi_RecordedFrames_AnswerStrokeByStroke(string recording, string contentType, int strokes)
    {
        await using var server = new RecordedServer(recording);
        using (var call = Typed(Options(server, contentType)).PingPong())
        {
            for (var stroke = 1; stroke <= strokes; stroke++)
            {
                await call.RequestStream.WriteAsync(new Ping { Stroke = stroke });
                (await call.ResponseStream.MoveNext()).Should().BeTrue();
                call.ResponseStream.Current.Stroke.Should().Be(stroke);
            }
        }

        await Micro.Testing.Eventually.TrueAsync(() => server.Received.Count == strokes + 2, "opening, strokes and end arrive");
        server.Received[^1].Header("Micro-Error").Should().Be("EOS");
    }

    [Fact]
    public async Task Call_GoServerStaysSilent_TimesOutWithLimitAndNode()
    {
        await using var server = new RecordedServer("error-panic-protobuf");
        var options = Options(server, ContentTypes.Protobuf) with { AttemptTimeout = TimeSpan.FromMilliseconds(200) };

        var error = (await FluentActions.Awaiting(() => Typed(options).HelloAsync(new Request { Name = "panic" }).ResponseAsync)
            .Should().ThrowAsync<RpcException>()).Which.Status.DebugException.Should().BeOfType<MicroException>().Which;

        error.Code.Should().Be(408);
        error.Kind.Should().Be(ErrorKind.Timeout);
        error.Detail.Should().Contain("attempt timeout of 0.2 s").And.Contain(server.Address);
    }

    private static CallOptions Options(RecordedServer server, string contentType) => new() { Addresses = [server.Address], ContentType = contentType };

    private Task<Response> CallAsync(RecordedServer server, string name, string contentType) =>
        Typed(Options(server, contentType)).HelloAsync(new Request { Name = name }).ResponseAsync;

    /// <summary>The client that Grpc.Tools generates from greeter.proto.</summary>
    private Greeter.Greeter.GreeterClient Typed(CallOptions options) => new(_client.AsCallInvoker("greeter", options));
}
