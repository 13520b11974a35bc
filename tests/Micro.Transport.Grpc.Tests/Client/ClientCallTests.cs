using Greeter;
using Micro.Client;
using Micro.Codecs;
using Micro.Testing;
using Micro.Transport.Grpc.Tests.Server;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>Our client against our server.</summary>
public sealed class ClientCallTests
{
    [Theory]
    [InlineData(null, "application/grpc+proto")]
    [InlineData("application/protobuf", "application/grpc+proto")]
    [InlineData("application/grpc", "application/grpc+proto")]
    [InlineData("application/grpc+proto", "application/grpc+proto")]
    [InlineData("application/json", "application/grpc+json")]
    [InlineData("application/grpc+json", "application/grpc+json")]
    public async Task CallAsync_ContentType_TravelsAsItsGrpcName(string? contentType, string expected)
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);

        var response = await client.HelloAsync("context", new CallOptions { ContentType = contentType });

        response.Msg.Should().Contain($"greeter Greeter.Hello {expected} ");
    }

    [Fact]
    public async Task CallAsync_PlainTypes_TravelAsJson()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);

        var reply = await client.Client.CallAsync<Ask, Reply>("greeter", "Greeter.Hello", new Ask("context"));

        reply.Msg.Should().Contain("application/grpc+json");
    }

    [Fact]
    public async Task CallAsync_Bytes_PassAsTheyAre()
    {
        await using var server = await GrpcServerFixture.StartAsync(handlers: server => server.Handle(new Raw()));
        await using var client = new GrpcClientFixture(null, server.Address);

        (await client.Client.CallAsync<byte[], byte[]>("greeter", "Raw.Turn", [1, 2, 3])).Should().Equal(3, 2, 1);
        (await client.Client.CallAsync<byte[], byte[]>("greeter", "Raw.Turn", [1, 2, 3], new CallOptions { ContentType = ContentTypes.GrpcBytes })).Should().Equal(3, 2, 1);
    }

    [Theory]
    [InlineData("application/upper")]
    [InlineData("application/grpc+upper")]
    public async Task CallAsync_UserCodec_TravelsUnderItsSubtype(string contentType)
    {
        await using var server = await GrpcServerFixture.StartAsync(options => options.Codecs["application/upper"] = new UpperCodec());
        await using var client = new GrpcClientFixture(options => options.Codecs["application/upper"] = new UpperCodec(), server.Address);

        var response = await client.HelloAsync("context", new CallOptions { ContentType = contentType });

        response.Msg.Should().Contain("APPLICATION/GRPC+UPPER");
    }

    [Theory]
    [InlineData("application/json-rpc")]
    [InlineData("text/upper")]
    public async Task CallAsync_ContentTypeWithoutGrpcName_IsAnErrorAtTheDoor(string contentType)
    {
        await using var client = new GrpcClientFixture(options => options.Codecs["text/upper"] = new UpperCodec());
        client.Selector.Nodes = [GrpcClientFixture.Node("127.0.0.1:1", ("protocol", "grpc"))];

        var error = await client.FailAsync(options: new CallOptions { ContentType = contentType });

        error.Kind.Should().Be(ErrorKind.InvalidRequest);
        error.Code.Should().Be(400);
        error.Detail.Should().Contain(contentType);
    }

    [Theory]
    [InlineData("error", 400, "greeter.hello", "bad name: error")]
    [InlineData("teapot", 418, "greeter.hello", "größe 100%")]
    public async Task CallAsync_ErrorOfTheService_ArrivesWithIdAndCode(string name, int code, string id, string detail)
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);

        var error = await client.FailAsync(name);

        (error.Code, error.Id, error.Detail, error.Kind).Should().Be((code, id, detail, ErrorKind.Application));
        error.Attempts.Should().Be(1);
        error.Node!.Address.Should().Be(server.Address);
        error.InnerException.Should().BeOfType<GrpcException>();
    }

    [Theory]
    [InlineData("Greeter.Nope", 501, "unknown service Greeter.Nope")]
    [InlineData("Nope.Hello", 501, "unknown service Nope")]
    public async Task CallAsync_UnknownEndpoint_NotImplemented(string endpoint, int code, string detail)
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);

        var error = (await FluentActions.Awaiting(() => client.Client.CallAsync<Request, Response>("greeter", endpoint, new Request()))
            .Should().ThrowAsync<GrpcException>()).Which;

        (error.Code, error.Id, error.Detail).Should().Be((code, "go.micro.client", detail));
        error.StatusCode.Should().Be(StatusCode.Unimplemented);
    }

    [Fact]
    public async Task CallAsync_InvalidEndpoint_FailsAtOnce()
    {
        await using var client = new GrpcClientFixture(null, "127.0.0.1:1");

        var error = (await FluentActions.Awaiting(() => client.Client.CallAsync<Request, Response>("greeter", "Hello", new Request()))
            .Should().ThrowAsync<MicroException>()).Which;

        error.Kind.Should().Be(ErrorKind.InvalidRequest);
        error.Detail.Should().Contain("'Hello'").And.Contain("Handler.Method");
    }

    [Fact]
    public async Task CallAsync_Metadata_ArrivesWithoutProtocolHeaders()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);
        var metadata = new CallMetadata { ["X-Tenant"] = "t1", ["trace-bin"] = "AQID", ["Expires"] = "never", ["Timeout"] = "1", ["Micro-Id"] = "7", ["Content-Type"] = "x/y" };
        metadata.AddReceived("grpc-status", "3");
        metadata.AddReceived("te", "chunked");

        var response = await client.HelloAsync("metadata", new CallOptions { Metadata = metadata });

        response.Msg.ToLowerInvariant().Replace("aqid", "AQID").Split((char)10).Should().Contain(["x-tenant=t1", "trace-bin=AQID", "expires=never"])
            .And.NotContain(line => line.StartsWith("micro-", StringComparison.OrdinalIgnoreCase) || line.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase) || line.EndsWith("x/y", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("x-size", "größe", "printable ASCII")]
    [InlineData("trace-bin", "no base64!", "base64")]
    public async Task CallAsync_MetadataThatCannotTravel_IsAnErrorAndTheNextCallSucceeds(string key, string value, string reason)
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);

        var error = await client.FailAsync(options: new CallOptions { Metadata = new CallMetadata { [key] = value } });

        error.Kind.Should().Be(ErrorKind.InvalidRequest);
        error.Detail.Should().Contain(key).And.Contain(reason);
        (await client.HelloAsync()).Msg.Should().Be("Hello Anna");
    }

    [Fact]
    public async Task CallAsync_TooMuchMetadata_IsAnError()
    {
        await using var client = new GrpcClientFixture(null, "127.0.0.1:1");

        var error = await client.FailAsync(options: new CallOptions { Metadata = new CallMetadata { ["x-long"] = new string('x', 9000) } });

        error.Kind.Should().Be(ErrorKind.InvalidRequest);
        error.Detail.Should().Contain("8192");
    }

    [Fact]
    public async Task CallAsync_ManyAtATime_ShareOneConnection()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);
        await client.HelloAsync();
        var calls = Enumerable.Range(0, 60).Select(_ => client.HelloAsync("wait")).ToList();
        await server.Running(60);

        client.Transport.Channels.Connections.Should().Be(1);
        server.Gate.SetResult();
        (await Task.WhenAll(calls)).Should().OnlyContain(response => response.Msg == "Hello wait");
    }

    [Fact]
    public async Task CallAsync_MoreThanStreamsOfAConnection_OpensAnother()
    {
        await using var server = await GrpcServerFixture.StartAsync(options => options.Limits.MaxStreamsPerConnection = 10);
        await using var client = new GrpcClientFixture(null, server.Address);
        var calls = Enumerable.Range(0, 25).Select(_ => client.HelloAsync("wait")).ToList();
        await server.Running(25);

        client.Transport.Channels.Connections.Should().BeInRange(2, 4);
        server.Gate.SetResult();
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task CallAsync_AllStreamsOfThePoolTaken_WaitsForOneToEnd()
    {
        await using var server = await GrpcServerFixture.StartAsync(options => options.Limits.MaxStreamsPerConnection = 10);
        await using var client = new GrpcClientFixture(options => options.PoolSize = 1, server.Address);
        var calls = Enumerable.Range(0, 25).Select(_ => client.HelloAsync("wait")).ToList();
        await server.Running(10);

        client.Transport.Channels.Connections.Should().Be(1);
        server.Gate.SetResult();
        (await Task.WhenAll(calls)).Should().HaveCount(25);
        client.Transport.Channels.Connections.Should().Be(1);
    }

    [Fact]
    public async Task CallAsync_CloseConnection_LeavesNoneOpen()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);

        (await client.HelloAsync(options: new CallOptions { CloseConnection = true })).Msg.Should().Be("Hello Anna");

        client.Transport.Channels.Count.Should().Be(0);
    }

    [Fact]
    public async Task CallAsync_NodeIdleForPoolTtl_ItsConnectionsAreClosed()
    {
        var time = new ManualTimeProvider();
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(options => options.TimeProvider = time, server.Address);
        await client.HelloAsync();
        client.Transport.Channels.Connections.Should().Be(1);

        time.Advance(TimeSpan.FromSeconds(59));
        client.Transport.Channels.Count.Should().Be(1);
        time.Advance(TimeSpan.FromSeconds(31));

        client.Transport.Channels.Count.Should().Be(0);
        (await client.HelloAsync()).Msg.Should().Be("Hello Anna");
    }

    [Fact]
    public async Task CallAsync_AttemptTimeout_TimesOutAndTheServerIsNotified()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);

        var error = await client.FailAsync("wait", new CallOptions { AttemptTimeout = TimeSpan.FromMilliseconds(300) });

        (error.Code, error.Kind).Should().Be((408, ErrorKind.Timeout));
        await server.Greeter.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        (await client.HelloAsync()).Msg.Should().Be("Hello Anna");
    }

    [Fact]
    public async Task CallAsync_Deadline_ReachesTheHandler()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);

        var response = await client.HelloAsync("context", new CallOptions { AttemptTimeout = TimeSpan.FromSeconds(20) });

        TimeSpan.Parse(response.Msg.Split(' ')[^1]).Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task CallAsync_Cancelled_ThrowsAndTheServerIsNotified()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);
        using var source = new CancellationTokenSource();
        var call = client.HelloAsync("wait", cancellationToken: source.Token);
        await server.Running();

        await source.CancelAsync();

        (await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(source.Token);
        await server.Greeter.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        client.Transport.Channels.Connections.Should().Be(1, "the others on it are not disturbed");
    }

    [Fact]
    public async Task CallAsync_ResponseAboveTheLimit_IsRefusedAndTheConnectionLives()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(options => options.Limits.MaxMessageBytes = 4096, server.Address);
        var name = new string('n', 4092);

        var error = await client.FailAsync(name);

        error.Should().BeOfType<GrpcException>().Which.StatusCode.Should().Be(StatusCode.ResourceExhausted);
        error.Kind.Should().Be(ErrorKind.Protocol);
        (await client.HelloAsync()).Msg.Should().Be("Hello Anna");
        client.Transport.Channels.Connections.Should().Be(1);
    }

    [Fact]
    public async Task CallAsync_LargeMessages_ArriveCompletely()
    {
        await using var server = await GrpcServerFixture.StartAsync();
        await using var client = new GrpcClientFixture(null, server.Address);
        var name = string.Concat(Enumerable.Range(0, 300_000).Select(number => number.ToString("x6")))[..1_700_000];

        var responses = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.HelloAsync(name)));

        responses.Should().OnlyContain(response => response.Msg == "Hello " + name);
    }

    [Fact]
    public async Task CallAsync_AfterDispose_Throws()
    {
        var client = new GrpcClientFixture(null, "127.0.0.1:1");
        await client.DisposeAsync();

        await FluentActions.Awaiting(() => client.HelloAsync()).Should().ThrowAsync<ObjectDisposedException>();
    }

    internal sealed record Ask(string Name);

    internal sealed record Reply(string Msg);

    private sealed class Raw
    {
        public byte[] Turn(byte[] bytes) => [.. bytes.Reverse()];
    }

    /// <summary>Protobuf with upper-case text, to show that the codec was used.</summary>
    private sealed class UpperCodec : ICodec
    {
        public string Name => "upper";

        public void Encode<T>(T message, System.Buffers.IBufferWriter<byte> output)
        {
            if (message is Response response)
            {
                response.Msg = response.Msg.ToUpperInvariant();
            }

            MicroCodecs.Protobuf.Encode(message, output);
        }

        public T Decode<[System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
            in System.Buffers.ReadOnlySequence<byte> body) => MicroCodecs.Protobuf.Decode<T>(body);
    }
}
