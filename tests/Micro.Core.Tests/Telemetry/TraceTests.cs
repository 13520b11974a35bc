using System.Diagnostics;
using Micro.Client;
using Micro.Server;
using Micro.Testing;

namespace Micro.Telemetry;

/// <summary>One trace through clients and servers over mucp.</summary>
[Collection(TelemetryCollection.Name)]
public sealed class TraceTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string CallerSpan = "b7ad6b7169203331";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_ThroughTwoServices_IsOneTrace(bool multiplexed)
    {
        var options = new CallOptions { CloseConnection = !multiplexed };
        await using var inner = await ServerFixture.StartAsync(Echo, options => options.Name = "inner");
        await using var outer = await ServerFixture.StartAsync(
            server => server.Handle<string, string>("Test.Echo", async (text, _) =>
            {
                await Task.Yield();
                return await inner.Client.CallAsync<string, string>("inner", "Test.Echo", text, options with { Addresses = [inner.Address] });
            }),
            options => options.Name = "outer");

        // The first call opens the connection that the traced one shares.
        await CallAsync(outer, options);
        using var listener = new TelemetryListener();
        using var root = new Activity("root").Start();

        await CallAsync(outer, options);

        Activity.Current.Should().BeSameAs(root);
        var spans = await listener.SpansAsync(root.TraceId, 4);
        spans.Select(span => (span.DisplayName, span.Kind)).Should().Equal(
            ("inner/Test.Echo", ActivityKind.Server), ("inner/Test.Echo", ActivityKind.Client), ("outer/Test.Echo", ActivityKind.Server), ("outer/Test.Echo", ActivityKind.Client));
        spans.Select(span => span.ParentSpanId).Should().Equal(spans[1].SpanId, spans[2].SpanId, spans[3].SpanId, root.SpanId);
        spans.Should().OnlyContain(span => span.Status == ActivityStatusCode.Unset && !span.TagObjects.Any(tag => tag.Key == "error.type"));
        Tags(spans[0]).Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            ["rpc.system.name"] = "go_micro",
            ["rpc.method"] = "inner/Test.Echo",
            ["rpc.response.status_code"] = "200",
            ["network.protocol.name"] = "http",
            ["network.protocol.version"] = "1.1",
        });
        Tags(spans[1]).Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            ["rpc.system.name"] = "go_micro",
            ["rpc.method"] = "inner/Test.Echo",
            ["rpc.response.status_code"] = "200",
            ["server.address"] = "inner",
            ["network.peer.address"] = "127.0.0.1",
            ["network.peer.port"] = int.Parse(inner.Address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture),
        });
    }

    [Fact]
    public async Task Calls_ManyAtATimeOnOneConnection_KeepTheirTracesApart()
    {
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<string, string>("Test.Trace", async (_, _) =>
        {
            var before = Activity.Current?.TraceId;
            await Task.Yield();
            return before == Activity.Current?.TraceId ? $"{before}" : "another";
        }));
        await fixture.CallAsync<string, string>("Test.Trace", "x");
        using var listener = new TelemetryListener();

        var traces = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            using var root = new Activity("root").Start();
            return (Sent: root.TraceId.ToString(), Received: await fixture.CallAsync<string, string>("Test.Trace", "x"));
        }));

        traces.Should().OnlyContain(trace => trace.Sent == trace.Received);
    }

    [Fact]
    public async Task Stream_SpansLastFromOpeningToEnd_AndBelongTogether()
    {
        await using var inner = await ServerFixture.StartAsync(Echo, options => options.Name = "inner");
        await using var fixture = await ServerFixture.StartAsync(
            server => server.HandleStream<string, string>("Test.Each", async (stream, _) =>
            {
                await foreach (var text in stream.ReadAllAsync())
                {
                    await stream.WriteAsync(await CallAsync(inner, new CallOptions(), text));
                }
            }),
            options => options.Name = "streams");
        using var listener = new TelemetryListener();
        using var root = new Activity("root").Start();
        await using (var stream = await fixture.OpenAsync<string, string>("Test.Each"))
        {
            Activity.Current.Should().BeSameAs(root);
            await stream.SendAsync("a");
            await using var answers = stream.ReadAllAsync().GetAsyncEnumerator();
            (await answers.MoveNextAsync()).Should().BeTrue();
            listener.Spans.Should().NotContain(span => span.TraceId == root.TraceId && span.DisplayName.Contains("Test.Each"), "the stream is open");
            await stream.CompleteAsync();
            (await answers.MoveNextAsync()).Should().BeFalse();
            await answers.DisposeAsync();
        }

        Activity.Current.Should().BeSameAs(root);
        var spans = await listener.SpansAsync(root.TraceId, 4);
        var client = spans.Single(span => span is { Kind: ActivityKind.Client, DisplayName: "test/Test.Each" });
        var server = spans.Single(span => span is { Kind: ActivityKind.Server, DisplayName: "streams/Test.Each" });
        client.ParentSpanId.Should().Be(root.SpanId);
        server.ParentSpanId.Should().Be(client.SpanId);
        spans.Single(span => span is { Kind: ActivityKind.Client, DisplayName: "inner/Test.Echo" }).ParentSpanId.Should().Be(server.SpanId);
        client.Status.Should().Be(ActivityStatusCode.Unset);
        listener.Of(MicroTelemetry.ClientCallDuration, ("rpc.method", "test/Test.Each")).Should().ContainSingle();
        listener.Of(MicroTelemetry.ServerCallDuration, ("rpc.method", "streams/Test.Each")).Should().ContainSingle();
    }

    [Theory]
    [InlineData("Traceparent")]
    [InlineData("traceparent")]
    public async Task Headers_OfAPeerLikeGo_AreHonoured(string name)
    {
        await using var fixture = await StartTellingAsync();
        using var listener = new TelemetryListener();
        using var socket = await fixture.ConnectAsync();

        await socket.SendRequestAsync(
            "Test.Context", "\"x\"", $"{name}: 00-{TraceId}-{CallerSpan}-01\r\nTracestate: congo=t61rcWkgMzE\r\nBaggage: userId=alice,zone=7\r\n");
        var answer = (await socket.ReadAsync())!;

        answer.Text.Should().Be($"\"{TraceId} {CallerSpan} congo=t61rcWkgMzE alice 7\"\n");
        var span = (await listener.SpansAsync(ActivityTraceId.CreateFromString(TraceId), 1))[0];
        (span.Kind, span.HasRemoteParent, span.Recorded).Should().Be((ActivityKind.Server, true, true));
    }

    [Theory]
    [InlineData("Traceparent: 00-nonsense-01\r\n")]
    [InlineData($"Traceparent: 00-00000000000000000000000000000000-{CallerSpan}-01\r\n")]
    [InlineData($"Traceparent: 00-{TraceId}-{CallerSpan}-01\r\nTraceparent: 00-{TraceId}-{CallerSpan}-01\r\n")]
    [InlineData("")]
    public async Task Headers_WithoutAUsableTrace_BeginANewOne(string headers)
    {
        using var ambient = new Activity("start of the program").Start();
        await using var fixture = await StartTellingAsync();
        using var listener = new TelemetryListener();
        using var socket = await fixture.ConnectAsync();

        await socket.SendRequestAsync("Test.Context", "\"x\"", headers);
        var answer = (await socket.ReadAsync())!;

        answer.Error.Should().BeNull();
        await Eventually.TrueAsync(() => listener.Spans.Count == 1, "a span");
        var span = listener.Spans[0];
        span.ParentId.Should().BeNull();
        span.TraceId.Should().NotBe(ambient.TraceId).And.NotBe(ActivityTraceId.CreateFromString(TraceId));
    }

    [Fact]
    public async Task Requests_InSequenceOnOneConnection_AreSeparate()
    {
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<string, string>("Test.Slow", async (text, _) =>
        {
            await Task.Yield();
            return text;
        }));
        using var listener = new TelemetryListener();
        using var socket = await fixture.ConnectAsync();
        const string Request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nMicro-Endpoint: Test.Slow\r\nMicro-Mux: 0\r\nMicro-Id: {0}\r\nContent-Length: 3\r\n\r\n\"x\"";

        await socket.SendAsync(string.Concat(Enumerable.Range(0, 50).Select(id => Request.Replace("{0}", $"{id}"))));
        for (var count = 0; count < 50; count++)
        {
            (await socket.ReadAsync())!.Error.Should().BeNull();
        }

        listener.Spans.Should().HaveCount(50).And.OnlyContain(span => span.ParentId == null);
    }

    [Fact]
    public async Task Handler_LogsWithinItsSpan()
    {
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<string, string>("Test.Throw", async (_, _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException("bug");
        }));
        using var listener = new TelemetryListener();

        await fixture.Awaiting(it => it.CallAsync<string, string>("Test.Throw", "x")).Should().ThrowAsync<MicroException>();

        var span = listener.Spans.Single(span => span.Kind == ActivityKind.Server);
        fixture.Logs.Entries.Should().Contain(entry => entry.Error != null && entry.Error.Message == "bug" && entry.Span == span.SpanId);
    }

    [Fact]
    public async Task Call_NoListener_PropagatesTheCallersTrace()
    {
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<string, string?>(
            "Test.Header", (_, context) => Task.FromResult(context.Metadata.GetValueOrDefault("traceparent"))));
        using var root = new Activity("of another library").Start();

        (await fixture.CallAsync<string, string?>("Test.Header", "x")).Should().Be(root.Id);

        root.Stop();
        (await fixture.CallAsync<string, string?>("Test.Header", "x")).Should().BeNull();
        var passedOn = new CallMetadata { ["Traceparent"] = "as it came" };
        (await fixture.CallAsync<string, string?>("Test.Header", "x", new CallOptions { Metadata = passedOn })).Should().Be("as it came");
    }

    internal static Dictionary<string, object?> Tags(Activity span) => span.TagObjects.ToDictionary();

    private static void Echo(RpcServer server) => server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text));

    private static Task<string> CallAsync(ServerFixture fixture, CallOptions options, string text = "x") =>
        fixture.Client.CallAsync<string, string>(fixture.Options.Name, "Test.Echo", text, options with { Addresses = [fixture.Address] });

    private static Task<ServerFixture> StartTellingAsync() => ServerFixture.StartAsync(server => server.Handle<string, string>(
        "Test.Context",
        (_, _) => Task.FromResult(Activity.Current is { } span
            ? $"{span.TraceId} {span.ParentSpanId} {span.TraceStateString} {span.GetBaggageItem("userId")} {span.GetBaggageItem("zone")}"
            : "nothing")));
}
