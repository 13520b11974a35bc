using System.Diagnostics;
using Greeter;
using Micro.Client;
using Micro.Transport.Grpc.Server.Api;
using Micro.Transport.Grpc.Tests.Client;
using Metadata = Grpc.Core.Metadata;
using RpcException = Grpc.Core.RpcException;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Listeners receive the spans of the whole process, so these tests run one by one, after the others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TelemetryCollection
{
    public const string Name = "telemetry";
}

/// <summary>Tests the propagation of a trace over gRPC.</summary>
[Collection(TelemetryCollection.Name)]
public sealed class TraceTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string CallerSpan = "b7ad6b7169203331";

    private static Metadata FromAPeer => new() { { "traceparent", $"00-{TraceId}-{CallerSpan}-01" }, { "tracestate", "congo=t61" } };

    [Fact]
    public async Task Call_OfAPeer_ThroughTwoServices_IsOneTrace()
    {
        await using var inner = await GrpcServerFixture.StartAsync(options => options.Name = "inner");
        await using var client = new RpcClient(new ClientOptions(), _ => throw new InvalidOperationException("addresses are given"));
        await using var outer = await GrpcServerFixture.StartAsync(
            options => options.Name = "outer",
            server => server.Handle<Request, Response>("Outer.Hello", (request, context) =>
                client.CallAsync<Request, Response>("inner", "Greeter.Hello", request, new CallOptions { Addresses = [inner.Address], Parent = context })));
        await using var channel = outer.Connect();
        using var listener = new TelemetryListener();

        await channel.CallAsync(StandardMethod.Create<Request, Response>("/outer.Outer/Hello"), new Request { Name = "Anna" }, FromAPeer);

        var spans = await listener.SpansAsync(ActivityTraceId.CreateFromString(TraceId), 3);
        spans.Select(span => (span.DisplayName, span.Kind)).Should().Equal(
            ("inner/Greeter.Hello", ActivityKind.Server), ("inner/Greeter.Hello", ActivityKind.Client), ("outer/Outer.Hello", ActivityKind.Server));
        spans.Select(span => span.ParentSpanId.ToString()).Should().Equal(spans[1].SpanId.ToString(), spans[2].SpanId.ToString(), CallerSpan);
        spans.Should().OnlyContain(span => span.TraceStateString == "congo=t61");
        spans[2].TagObjects.Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            ["rpc.system.name"] = "go_micro",
            ["rpc.method"] = "outer/Outer.Hello",
            ["rpc.response.status_code"] = "200",
            ["network.protocol.name"] = "http",
            ["network.protocol.version"] = "2",
        });
        listener.Of(MicroTelemetry.ServerCallDuration, ("rpc.method", "outer/Outer.Hello"), ("network.protocol.version", "2")).Should().ContainSingle();
    }

    [Fact]
    public async Task Call_AndStream_OfOurClientOverGrpc_AreOneTraceEach()
    {
        await using var inner = await GrpcServerFixture.StartAsync(options => options.Name = "inner");
        await using var toInner = new GrpcClientFixture(configure: null, inner.Address);
        await using var outer = await GrpcServerFixture.StartAsync(
            options => options.Name = "outer",
            server => server.Handle<Request, Response>("Outer.Hello", (request, _) => toInner.HelloAsync(request.Name)));
        await using var toOuter = new GrpcClientFixture(configure: null, outer.Address);
        using var listener = new TelemetryListener();
        using var root = new Activity("root").Start();

        await toOuter.Client.CallAsync<Request, Response>("outer", "Outer.Hello", new Request { Name = "Anna" });

        var spans = await listener.SpansAsync(root.TraceId, 4);
        spans.Select(span => (span.DisplayName, span.Kind)).Should().Equal(
            ("inner/Greeter.Hello", ActivityKind.Server), ("greeter/Greeter.Hello", ActivityKind.Client), ("outer/Outer.Hello", ActivityKind.Server), ("outer/Outer.Hello", ActivityKind.Client));
        spans.Select(span => span.ParentSpanId).Should().Equal(spans[1].SpanId, spans[2].SpanId, spans[3].SpanId, root.SpanId);
        spans[0].GetTagItem("network.protocol.version").Should().Be("2");

        root.Stop();
        using var other = new Activity("root").Start();
        await using (var stream = await toInner.PingPongAsync())
        {
            await stream.SendAsync(new Ping { Stroke = 1 });
            await stream.CompleteAsync();
            await foreach (var pong in stream.ReadAllAsync())
            {
                pong.Stroke.Should().Be(1);
            }
        }

        var streams = await listener.SpansAsync(other.TraceId, 2);
        var client = streams.Single(span => span.Kind == ActivityKind.Client);
        (client.ParentSpanId, client.Status).Should().Be((other.SpanId, ActivityStatusCode.Unset));
        streams.Single(span => span.Kind == ActivityKind.Server).ParentSpanId.Should().Be(client.SpanId);
    }

    [Fact]
    public async Task Stream_OfAPeer_IsOneSpanToItsEnd()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        using var listener = new TelemetryListener();

        await using var stream = channel.OpenStream(GrpcServerFixture.Counts, FromAPeer);
        await stream.WriteAsync(new StreamRequest { Count = 13 });
        await stream.CompleteAsync();
        var read = async () =>
        {
            while (await stream.ReadAsync() is not null)
            {
            }
        };

        await read.Should().ThrowAsync<RpcException>();

        var span = (await listener.SpansAsync(ActivityTraceId.CreateFromString(TraceId), 1)).Should().ContainSingle().Which;
        (span.DisplayName, span.ParentSpanId.ToString(), span.GetTagItem("rpc.response.status_code"), span.Status)
            .Should().Be(("greeter/Greeter.Stream", CallerSpan, "409", ActivityStatusCode.Unset));
    }

    [Theory]
    [InlineData("/greeter.Greeter/Hello", "error", "greeter/Greeter.Hello", "400", ActivityStatusCode.Unset)]
    [InlineData("/greeter.Greeter/Hello", "bug", "greeter/Greeter.Hello", "500", ActivityStatusCode.Error)]
    [InlineData("/greeter.Greeter/Nope", "", "_OTHER", "501", ActivityStatusCode.Error)]
    public async Task Call_Fails_SpanHasTheError(string path, string name, string method, string code, ActivityStatusCode status)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        using var listener = new TelemetryListener();

        await channel.Awaiting(it => it.CallAsync(StandardMethod.Create<Request, Response>(path), new Request { Name = name }, FromAPeer)).Should().ThrowAsync<RpcException>();

        var span = (await listener.SpansAsync(ActivityTraceId.CreateFromString(TraceId), 1)).Should().ContainSingle().Which;
        (span.GetTagItem("rpc.method"), span.GetTagItem("rpc.response.status_code"), span.GetTagItem("error.type"), span.Status)
            .Should().Be((method, code, status == ActivityStatusCode.Error ? code : null, status));
        fixture.Logs.Entries.Where(entry => entry.Error?.Message == "secret of the handler").Select(entry => entry.Span).Should().Equal(name == "bug" ? [span.SpanId] : []);
    }

    [Fact]
    public async Task HealthProbe_IsNotRecorded()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        using var listener = new TelemetryListener();

        await channel.CallAsync(StandardMethod.Create<HealthCheckRequest, HealthCheckResponse>("/grpc.health.v1.Health/Check"), new HealthCheckRequest(), FromAPeer);
        await channel.CallAsync(GrpcServerFixture.Hello, new Request { Name = "Anna" }, FromAPeer);

        (await listener.SpansAsync(ActivityTraceId.CreateFromString(TraceId), 1)).Select(span => span.DisplayName).Should().Equal("greeter/Greeter.Hello");
    }
}
