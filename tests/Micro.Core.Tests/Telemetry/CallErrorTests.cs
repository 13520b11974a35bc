using System.Diagnostics;
using Micro.Client;
using Micro.Server;

namespace Micro.Telemetry;

/// <summary>Tests spans and measurements of failed calls.</summary>
[Collection(TelemetryCollection.Name)]
public sealed class CallErrorTests
{
    [Theory]
    [InlineData("Test.Conflict", "409", null, ActivityStatusCode.Unset)]
    [InlineData("Test.Bug", "500", "500", ActivityStatusCode.Error)]
    [InlineData("Test.Strange", null, "_OTHER", ActivityStatusCode.Error)]
    public async Task Call_HandlerFails_BothSidesSaySo(string endpoint, string? code, string? serverError, ActivityStatusCode serverStatus)
    {
        await using var fixture = await ServerFixture.StartAsync(Handlers);
        using var listener = new TelemetryListener();

        await fixture.Awaiting(it => it.CallAsync<string, string>(endpoint, "x")).Should().ThrowAsync<MicroException>();

        var client = listener.Spans.Single(span => span.Kind == ActivityKind.Client);
        (Tag(client, "error.type"), Tag(client, "rpc.response.status_code"), client.Status).Should().Be((code ?? "_OTHER", code, ActivityStatusCode.Error));
        var server = listener.Spans.Single(span => span.Kind == ActivityKind.Server);
        (Tag(server, "error.type"), Tag(server, "rpc.response.status_code"), server.Status).Should().Be((serverError, code, serverStatus));
        (server.StatusDescription ?? "").Should().NotContain("secret");
        listener.Of(MicroTelemetry.ClientCallDuration, ("error.type", code ?? "_OTHER"), ("rpc.response.status_code", code)).Should().ContainSingle();
        listener.Of(MicroTelemetry.ServerCallDuration, ("error.type", serverError), ("rpc.response.status_code", code)).Should().ContainSingle();
    }

    [Fact]
    public async Task Request_UnknownEndpoint_IsRecordedUnderACommonName()
    {
        await using var fixture = await ServerFixture.StartAsync(Handlers);
        using var listener = new TelemetryListener();

        await fixture.Awaiting(it => it.CallAsync<string, string>("Test.Invented", "x")).Should().ThrowAsync<MicroException>();

        var client = listener.Spans.Single(span => span.Kind == ActivityKind.Client);
        var server = listener.Spans.Single(span => span.Kind == ActivityKind.Server);
        (server.DisplayName, Tag(server, "rpc.method"), Tag(server, "rpc.response.status_code"), server.ParentSpanId)
            .Should().Be(("go_micro", "_OTHER", "404", client.SpanId));
        listener.Of(MicroTelemetry.ServerCallDuration).Should().ContainSingle().Which.Tags["rpc.method"].Should().Be("_OTHER");
    }

    [Fact]
    public async Task Call_OfInternalEndpoint_IsNotRecorded()
    {
        await using var fixture = await ServerFixture.StartAsync(Handlers);
        using var listener = new TelemetryListener();
        using var socket = await fixture.ConnectAsync();

        await socket.SendRequestAsync("Debug.Health", "{}");
        (await socket.ReadAsync())!.Error.Should().BeNull();
        await socket.SendRequestAsync("Test.Conflict", "\"x\"");
        (await socket.ReadAsync())!.Error.Should().Contain("409");

        listener.Spans.Select(span => span.DisplayName).Should().Equal("test/Test.Conflict");
    }

    [Fact]
    public async Task Call_RetriedOnAnotherNode_IsOneSpanWithItsAttemptsAsEvents()
    {
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<ClientFixture.Ask, ClientFixture.Reply>(
            "Greeter.Hello", (ask, _) => Task.FromResult(new ClientFixture.Reply(ask.Name))));
        await using var client = new ClientFixture(configure: null, "127.0.0.1:1", fixture.Address);
        using var listener = new TelemetryListener();

        await client.CallAsync();

        var span = listener.Spans.Single(span => span.Kind == ActivityKind.Client);
        span.Events.Select(@event => (@event.Name, Node: Tag(@event, "micro.node"), Error: Tag(@event, "error.type"))).Should().Equal(
            ("micro.selector.select", "node-0", null), ("micro.client.retry", "node-0", "connect"), ("micro.selector.select", "node-1", null));
        (span.Status, Tag(span, "network.peer.port")).Should().Be((ActivityStatusCode.Unset, fixture.Address.Split(':')[1]));
        var retry = listener.Of(MicroTelemetry.ClientRetries).Should().ContainSingle().Which;
        (retry.Value, retry.Tags["rpc.method"], retry.Tags["server.address"], retry.Tags["error.type"]).Should().Be((1, "greeter/Greeter.Hello", "greeter", "connect"));
        listener.Of(MicroTelemetry.ClientConnectionsOpened, ("micro.outcome", "failed")).Should().ContainSingle();
        listener.Of(MicroTelemetry.ClientCallDuration).Should().ContainSingle("the call is one, whatever it took");
    }

    [Theory]
    [InlineData(ErrorKind.Connect, "connect")]
    [InlineData(ErrorKind.NotSent, "not_sent")]
    [InlineData(ErrorKind.Broken, "broken")]
    [InlineData(ErrorKind.NoNode, "no_node")]
    [InlineData(ErrorKind.NotFound, "not_found")]
    [InlineData(ErrorKind.Registry, "registry")]
    [InlineData(ErrorKind.Denied, "denied")]
    [InlineData(ErrorKind.InvalidRequest, "invalid_request")]
    [InlineData(ErrorKind.Protocol, "protocol")]
    [InlineData(ErrorKind.Timeout, "timeout")]
    [InlineData(ErrorKind.Unavailable, "503")]
    [InlineData(ErrorKind.Application, "503")]
    public void ErrorType_OfTheClient_IsTheKind_OrTheCodeThatWasAnswered(ErrorKind kind, string type) =>
        CallOutcome.OfClient(new MicroException(503, "go.micro.client", "x", kind)).Should().Be(new CallOutcome("503", type, true, "x"));

    [Fact]
    public void ErrorType_OfOtherEnds_IsFixed()
    {
        CallOutcome.OfClient(MicroException.Timeout("greeter", "slow")).ErrorType.Should().Be("408");
        CallOutcome.OfClient(new OperationCanceledException()).Should().Be(new CallOutcome(null, "cancelled", true, null));
        CallOutcome.OfClient(new InvalidOperationException("x")).ErrorType.Should().Be("System.InvalidOperationException");
        CallOutcome.OfClient(new MicroException(int.MaxValue, "x", "x")).ErrorType.Should().Be("_OTHER");
        CallOutcome.OfServer(MicroException.Timeout("x", "x")).Should().Be(new CallOutcome("408", "408", true, "x"));
        CallOutcome.OfServer(new MicroException(-1, "x", "x")).Should().Be(new CallOutcome(null, "_OTHER", true, "x"));
        CallOutcome.OfServer(new MicroException(599, "x", "x")).StatusCode.Should().Be("599");
        CallOutcome.OfServer(new MicroException(600, "x", "x")).StatusCode.Should().BeNull();
    }

    [Fact]
    public async Task Stream_ServerEndsItWithAnError_SpansFailOnce()
    {
        await using var fixture = await ServerFixture.StartAsync(Handlers);
        using var listener = new TelemetryListener();
        await using (var stream = await fixture.OpenAsync<string, string>("Test.Break"))
        {
            // The server may end it before the message is sent, or afterwards.
            var exchange = async () =>
            {
                await stream.SendAsync("x");
                await foreach (var _ in stream.ReadAllAsync())
                {
                }
            };
            await exchange.Should().ThrowAsync<MicroException>();
        }

        var client = listener.Spans.Single(span => span.Kind == ActivityKind.Client);
        (Tag(client, "error.type"), client.Status).Should().Be(("503", ActivityStatusCode.Error));
        var server = listener.Spans.Single(span => span.Kind == ActivityKind.Server);
        (Tag(server, "error.type"), server.Status).Should().Be(("503", ActivityStatusCode.Error));
        listener.Of(MicroTelemetry.ClientCallDuration).Should().ContainSingle();
    }

    [Fact]
    public async Task Stream_NoServer_FailsItsSpanAtOpening()
    {
        await using var client = new ClientFixture(options => options.Retries = 0, "127.0.0.1:1");
        using var listener = new TelemetryListener();

        await client.Awaiting(it => it.Client.OpenStreamAsync<string, string>("greeter", "Greeter.Stream")).Should().ThrowAsync<MicroException>();

        Tag(listener.Spans.Single(), "error.type").Should().Be("connect");
    }

    private static string? Tag(Activity span, string name) => span.GetTagItem(name)?.ToString();

    private static string? Tag(ActivityEvent @event, string name) => @event.Tags.FirstOrDefault(tag => tag.Key == name).Value?.ToString();

    private static void Handlers(RpcServer server)
    {
        server.Handle<string, string>("Test.Conflict", (_, _) => throw MicroException.Conflict("test", "taken"));
        server.Handle<string, string>("Test.Bug", (_, _) => throw new InvalidOperationException("secret"));
        server.Handle<string, string>("Test.Strange", (_, _) => throw new MicroException(77, "test", "strange"));
        server.HandleStream<string, string>("Test.Break", (_, _) => throw MicroException.Unavailable("test", "enough"));
    }
}
