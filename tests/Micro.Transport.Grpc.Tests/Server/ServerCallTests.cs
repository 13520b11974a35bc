using System.Text;
using Google.Protobuf;
using Greeter;
using Grpc.Core;
using Micro.Codecs;
using Micro.Testing;
using Micro.Transport.Grpc.Server.Api;

namespace Micro.Transport.Grpc.Tests.Server;

public sealed class ServerCallTests
{
    [Fact]
    public async Task OnePort_BothProtocols_AreAnswered()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();

        await fixture.ExpectHealthyAsync();
    }

    [Theory]
    [InlineData("/greeter.Greeter/Hello")]
    [InlineData("/Greeter/Hello")]
    [InlineData("/other.package.v1.Greeter/Hello")]
    public async Task Path_AnyPrefix_LeadsToTheEndpoint(string path)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();

        var answer = await channel.CallAsync(StandardMethod.Create<Request, Response>(path), new Request { Name = "Anna" });

        answer.Msg.Should().Be("Hello Anna");
    }

    [Theory]
    [InlineData("/greeter.Greeter/Nope", "unknown service Greeter.Nope")]
    [InlineData("/greeter.Nope/Hello", "unknown service Nope")]
    [InlineData("/a.b/c.d", "unknown service b")]
    public async Task Path_NothingThere_IsUnimplementedAsInGo(string path, string detail)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();

        var error = await FailAsync(channel.CallAsync(StandardMethod.Create<Request, Response>(path), new Request()));

        (error.StatusCode, error.Status.Detail).Should().Be((StatusCode.Unimplemented, detail));
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8")]
    [InlineData("Application/gRPC+Proto")]
    public async Task ContentType_Protobuf_IsRepeatedInItsUsualSpelling(string contentType)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();

        var answer = await socket.CallAsync(1, RawServer.Frame(0, new Request { Name = "Anna" }.ToByteArray()), Headers(("content-type", contentType)));

        answer.Body.Should().Equal(RawServer.Frame(0, new Response { Msg = "Hello Anna" }.ToByteArray()), answer.ToString());
        answer["content-type"].Should().Be(contentType.Contains('+', StringComparison.Ordinal) ? ContentTypes.GrpcProto : ContentTypes.Grpc);
        (answer.HttpStatus, answer.GrpcStatus).Should().Be(("200", "0"));
    }

    [Fact]
    public async Task ContentType_Json_HasNoLineEnd()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();

        var answer = await socket.CallAsync(1, RawServer.Frame(0, """{"name":"Anna"}"""u8.ToArray()), Headers(("content-type", "application/grpc+json")));

        Encoding.UTF8.GetString([.. answer.Body.Skip(5)]).Should().Be("""{"msg":"Hello Anna"}""");
        answer["content-type"].Should().Be(ContentTypes.GrpcJson);
    }

    [Fact]
    public async Task ContentType_Bytes_GoesToHandlersOfBytes()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(handlers: server =>
            server.Handle<byte[], byte[]>("Raw.Turn", (bytes, _) => Task.FromResult(bytes.Reverse().ToArray())));
        using var socket = await fixture.ConnectRawAsync();
        var turned = Http2Socket.CallHeaders("/greeter.Raw/Turn", ("content-type", "application/grpc+bytes"));

        (await socket.CallAsync(1, RawServer.Frame(0, [1, 2, 3]), turned)).Body.Should().Equal(RawServer.Frame(0, [3, 2, 1]));
        (await socket.CallAsync(3, RawServer.Frame(0, [1, 2, 3]), Headers(("content-type", "application/grpc+bytes")))).GrpcStatus
            .Should().Be("3", "a handler of messages cannot take bytes");
    }

    [Fact]
    public async Task ContentType_OfTheUser_UsesTheUsersCodec()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.Codecs["application/x-proto"] = MicroCodecs.Protobuf);
        using var socket = await fixture.ConnectRawAsync();

        var answer = await socket.CallAsync(1, RawServer.Frame(0, new Request { Name = "Anna" }.ToByteArray()), Headers(("content-type", "application/grpc+x-proto")));

        answer.GrpcStatus.Should().Be("0");
        answer["content-type"].Should().Be("application/grpc+x-proto");
    }

    [Fact]
    public async Task Error_OfTheService_IsSentAsGoDoes()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();

        var answer = await socket.CallAsync(1, RawServer.Frame(0, new Request { Name = "teapot" }.ToByteArray()));

        answer.IsTrailersOnly.Should().BeTrue();
        answer.GrpcStatus.Should().Be("2", "go-micro's table has no partner for 418");
        answer.GrpcMessage.Should().Be("""{"id":"greeter.hello","code":418,"detail":"gr%C3%B6%C3%9Fe 100%25","status":"I'm a teapot"}""");
        var details = RpcStatus.Parser.ParseFrom(Base64Text.Decode(answer["grpc-status-details-bin"]!));
        details.Details.Should().ContainSingle().Which.TypeUrl.Should().Be("type.googleapis.com/errors.Error");
        ErrorDetail.Parser.ParseFrom(details.Details[0].Value).Should().Be(
            new ErrorDetail { Id = "greeter.hello", Code = 418, Detail = "größe 100%", Status = "I'm a teapot" });
    }

    [Fact]
    public async Task Error_WithLongText_FitsIntoHeaders()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(handlers: server =>
            server.Handle<Request, Response>("Long.Error", (_, _) => throw MicroException.BadRequest("x", new string('漢', 100_000))));
        await using var client = new Client.GrpcClientFixture(null, fixture.Address);

        var error = (await FluentActions.Awaiting(() => client.Client.CallAsync<Request, Response>("x", "Long.Error", new Request()))
            .Should().ThrowAsync<MicroException>()).Which.InnerException.Should().BeOfType<GrpcException>().Subject;

        error.StatusCode.Should().Be(StatusCode.InvalidArgument);
        error.StatusDetails.IsEmpty.Should().BeTrue("the message says all already");
    }

    [Fact]
    public async Task Error_Unexpected_HidesItsText_S24()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();

        var error = await FailAsync(channel.CallAsync(GrpcServerFixture.Hello, new Request { Name = "bug" }));

        error.StatusCode.Should().Be(StatusCode.Internal);
        error.Status.Detail.Should().Contain("internal error").And.NotContain("secret");
        await fixture.ExpectHealthyAsync();
    }

    [Fact]
    public async Task Error_PassedOn_KeepsItsStatus()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();

        var error = await FailAsync(channel.CallAsync(GrpcServerFixture.Hello, new Request { Name = "passed on" }));

        error.StatusCode.Should().Be(StatusCode.Aborted);
    }

    [Fact]
    public async Task Metadata_OfTheCall_ReachesTheHandlerWithoutTheProtocolsOwn()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();

        var answer = await socket.CallAsync(
            1,
            RawServer.Frame(0, new Request { Name = "metadata" }.ToByteArray()),
            Headers(("x-tenant", "t1"), ("trace-bin", "AQID"), ("timeout", "30000000000"), ("x-content-type", "application/protobuf"), ("grpc-timeout", "30S")));
        var seen = Response.Parser.ParseFrom(answer.Body.Skip(5).ToArray()).Msg.Split('\n');

        seen.Should().Contain(["x-tenant=t1", "trace-bin=AQID"], answer.ToString());
        seen.Should().NotContain(line => line.StartsWith("timeout=") || line.StartsWith("x-content-type=") || line.StartsWith("grpc-") || line.StartsWith("te="));
    }

    [Theory]
    [InlineData("grpc-timeout", "30S", true)]
    [InlineData("grpc-timeout", "99999999H", false)]
    [InlineData("timeout", "30000000000", true)]
    [InlineData("x-none", "1", false)]
    public async Task Deadline_GrpcsOrGoMicros_ReachesTheHandler(string header, string value, bool isLimited)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();

        var answer = await socket.CallAsync(1, RawServer.Frame(0, new Request { Name = "context" }.ToByteArray()), Headers((header, value)));
        var seen = Response.Parser.ParseFrom(answer.Body.Skip(5).ToArray()).Msg.Split(' ');

        seen[..3].Should().Equal("greeter", "Greeter.Hello", "application/grpc");
        seen[3].Should().StartWith("127.0.0.1:");
        seen[4].Should().Be(fixture.Address);
        (TimeSpan.Parse(seen[5]) > TimeSpan.Zero).Should().Be(isLimited);
    }

    [Fact]
    public async Task Deadline_Passes_HandlerIsNotifiedAndStatusIsDeadlineExceeded()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.TimeProvider = time);
        using var socket = await fixture.ConnectRawAsync();
        await socket.SendHeadersAsync(1, Headers(("grpc-timeout", "5S")));
        await socket.SendDataAsync(1, RawServer.Frame(0, new Request { Name = "wait" }.ToByteArray()), end: true);
        await fixture.Running();

        time.Advance(TimeSpan.FromSeconds(6));
        var answer = await socket.ReadAnswerAsync(1);

        answer.GrpcStatus.Should().Be("4", answer.ToString());
        await fixture.Greeter.Cancelled.Task;
    }

    [Fact]
    public async Task Deadline_PassedAlready_NothingIsExecuted()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();

        var answer = await socket.CallAsync(1, RawServer.Frame(0, new Request { Name = "Anna" }.ToByteArray()), Headers(("grpc-timeout", "0n")));

        answer.GrpcStatus.Should().Be("4");
        fixture.Greeter.Calls.Should().Be(0);
    }

    [Fact]
    public async Task Cancellation_ResetOfTheStream_ReachesTheHandler()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        using var cancel = new CancellationTokenSource();
        var call = channel.CallAsync(GrpcServerFixture.Hello, new Request { Name = "wait" }, cancellationToken: cancel.Token);
        await fixture.Running();

        await cancel.CancelAsync();

        await fixture.Greeter.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.TrueAsync(() => fixture.Server.RunningCalls == 0, "the call has ended");
        fixture.Logs.Entries.Should().NotContain(entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error, "a caller may change its mind");
        (await channel.CallAsync(GrpcServerFixture.Hello, new Request { Name = "Anna" })).Msg.Should().Be("Hello Anna");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task Cancellation_WhileTheHandlerStillBlocks_IsNotItsFailure(int size)
    {
        await using var fixture = await GrpcServerFixture.StartAsync(handlers: server => server.Handle<Request, Response>("Blocking.Hello", async (request, context) =>
        {
            // On the server's thread: what was read of the request is still held.
            context.CancellationToken.WaitHandle.WaitOne(TimeSpan.FromSeconds(20)).Should().BeTrue();
            await Task.Delay(50, CancellationToken.None);
            return new Response { Msg = new string('x', size) };
        }));
        await using var channel = fixture.Connect();
        using var cancel = new CancellationTokenSource();
        var call = channel.CallAsync(StandardMethod.Create<Request, Response>("/greeter.Blocking/Hello"), new Request(), cancellationToken: cancel.Token);
        await fixture.Running();

        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.TrueAsync(() => fixture.Server.RunningCalls == 0, "the call has ended");
        fixture.Logs.Entries.Where(static entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error).Select(static entry => entry.Message).Should().BeEmpty();
    }

    [Fact]
    public async Task TooManyCalls_AreShedAtOnce_S16()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(options =>
        {
            options.Limits.MaxConcurrentCalls = 1;
            options.Limits.MaxConcurrentStreams = 1;
        });
        await using var channel = fixture.Connect();
        var running = channel.CallAsync(GrpcServerFixture.Hello, new Request { Name = "wait" });
        await using var open = channel.OpenStream(GrpcServerFixture.PingPong);
        await fixture.Running(2);

        var unary = await FailAsync(channel.CallAsync(GrpcServerFixture.Hello, new Request { Name = "Anna" }));
        await using var stream = channel.OpenStream(GrpcServerFixture.PingPong);
        var streamed = await FailAsync(stream.ReadAsync().AsTask());
        fixture.Gate.SetResult();

        (unary.StatusCode, streamed.StatusCode).Should().Be((StatusCode.Unavailable, StatusCode.Unavailable));
        (await running).Msg.Should().Be("Hello wait");
        fixture.Greeter.Calls.Should().Be(1);
    }

    [Fact]
    public async Task Response_AboveTheLimit_IsRefusedAndTheConnectionLives()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.Limits.MaxMessageBytes = 10_000);
        await using var channel = fixture.Connect();

        var error = await FailAsync(channel.CallAsync(GrpcServerFixture.Hello, new Request { Name = "big" }));

        error.StatusCode.Should().Be(StatusCode.ResourceExhausted);
        (await channel.CallAsync(GrpcServerFixture.Hello, new Request { Name = "Anna" })).Msg.Should().Be("Hello Anna");
    }

    [Fact]
    public async Task Message_OfTheLimitsSize_GoesBothWays()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(handlers: server =>
            server.Handle<Request, Response>("Echo.Echo", (request, _) => Task.FromResult(new Response { Msg = request.Name })));
        await using var channel = fixture.Connect();
        var text = new string('x', fixture.Options.Limits.MaxMessageBytes - 10);

        var answer = await channel.CallAsync(StandardMethod.Create<Request, Response>("/greeter.Echo/Echo"), new Request { Name = text });

        answer.Msg.Should().Be(text);
    }

    [Fact]
    public async Task NodeMetadata_ListsBothProtocols()
    {
        await using var mucp = await GrpcServerFixture.StartAsync();
        await using var grpc = await GrpcServerFixture.StartAsync(options => options.Protocol = "grpc");

        mucp.Server.Record!.Nodes[0].Metadata.Should().Contain(
            [new("protocol", "mucp"), new("server", "mucp"), new("transport", "http"), new("protocols", "mucp,grpc")]);
        grpc.Server.Record!.Nodes[0].Metadata.Should().Contain(
            [new("protocol", "grpc"), new("server", "grpc"), new("transport", "grpc"), new("protocols", "mucp,grpc")]);
    }

    private static async Task<RpcException> FailAsync(Task call) => (await FluentActions.Awaiting(() => call).Should().ThrowAsync<RpcException>()).Which;

    private static List<(string Name, string Value)> Headers(params (string Name, string? Value)[] changes) =>
        Http2Socket.CallHeaders("/greeter.Greeter/Hello", changes);
}
