using System.Text;
using System.Text.Json;

namespace Micro.InteropTests.Mucp;

/// <summary>Replays what was sent to a real go-micro server and compares our reply with the recorded one.</summary>
public sealed class ServerProbeTests(MucpServerFixture server) : IClassFixture<MucpServerFixture>
{
    /// <summary>Probes where go-micro itself is at fault or another test states our own rule.</summary>
    private static readonly Dictionary<string, string> OwnRules = new(StringComparer.Ordinal)
    {
        ["unsupported-content-type"] = "415",
        ["no-micro-headers-json"] = "400",
        ["topic-header"] = "501",
        ["ill-formed-endpoint"] = "400",
        ["bad-protobuf-body"] = "400",
        ["bad-json-body"] = "400",
        ["stream-unknown-endpoint"] = "404",
    };

    /// <summary>Probes with an exchange of their own below.</summary>
    private static readonly HashSet<string> Elsewhere =
    [
        "x-prefixed-headers", "pipelined-two-unary", "pipelined-two-streams", "unary-with-stream-header-x2-concurrent",
        "stream-eos-without-open", "stream-client-eos", "server-stream-slow-open-then-request", "server-stream-request-in-open-only",
        "expect-100", "big-1mb", "http10", "sequential-different-metadata",
        "idle-before-first-request", "idle-after-first-request", "content-type-with-charset",
        "get-root",
    ];

    public static TheoryData<string> Probes()
    {
        var names = new TheoryData<string>();
        foreach (var probe in Recording.Probes().Select(probe => probe.GetProperty("name").GetString()!).Where(name => !Elsewhere.Contains(name)))
        {
            names.Add(probe);
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Probes))]
    public async Task Probe_Replayed_AnswersAsRecordedOrByOurRule(string name)
    {
        var probe = Probe(name);
        var sent = probe.GetProperty("sent").EnumerateArray().Select(RecordedMessage.From).ToList();
        var recorded = probe.GetProperty("received").EnumerateArray().Select(RecordedMessage.From).ToList();
        using var socket = await ReplaySocket.ConnectAsync(server.Address);

        for (var index = 0; index < sent.Count; index++)
        {
            await socket.SendAsync(sent[index].Raw);
            var reply = (await socket.ReadAsync())!;

            // Without go-micro's headers the sender goes by the status.
            reply.StartLine.Should().Be(name == "no-micro-headers-json" ? "HTTP/1.1 400 Bad Request" : "HTTP/1.1 200 OK");
            var id = name == "no-micro-headers-json-legacy-jsonrpc-body" ? "7" : sent[index].Header("Micro-Id");
            reply.Header("Micro-Id").Should().Be(id, "a reply carries its own request's id");
            if (OwnRules.TryGetValue(name, out var code))
            {
                var error = JsonDocument.Parse(reply.Header("Micro-Error")!).RootElement;
                error.GetProperty("code").GetInt32().Should().Be(int.Parse(code));
                error.GetProperty("id").GetString().Should().Be("greeter");
                reply.Header("X-Micro-Error").Should().Be(reply.Header("Micro-Error"));
            }
            else
            {
                reply.Body.Should().Equal(recorded[index].Body);
                reply.Header("Content-Type").Should().Be(recorded[index].Header("Content-Type"));
                reply.Header("Micro-Error").Should().BeNull();
            }
        }

        if (probe.GetProperty("server_closed_connection").GetBoolean())
        {
            (await socket.ReadAsync()).Should().BeNull("the recorded server closed the connection");
        }
    }

    [Fact]
    public async Task ContentTypeWithCharset_IsServedAndAnsweredWithThePlainType()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        await socket.SendAsync(Sent("content-type-with-charset")[0].Raw);

        var reply = (await socket.ReadAsync())!;

        reply.Header("Micro-Error").Should().BeNull("go-micro refuses what every .NET StringContent sends");
        reply.Header("Content-Type").Should().Be("application/json");
        Encoding.UTF8.GetString(reply.Body).Should().Contain("Hello John");
    }

    [Fact]
    public async Task GetRoot_RunsNothing_S27()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        await socket.SendAsync(Sent("get-root")[0].Raw);

        (await socket.ReadAsync())!.StartLine.Should().Be("HTTP/1.1 405 Method Not Allowed", "calls are sent by POST; go-micro looks at no method");
    }

    [Fact]
    public async Task XPrefixedHeaders_AreAcceptedAsTheirTwins()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        await socket.SendAsync(Sent("x-prefixed-headers")[0].Raw);

        (await socket.ReadAsync())!.Body.Should().Equal(Encoding.UTF8.GetBytes("\n\nHello John"));
    }

    [Fact]
    public async Task PipelinedUnary_BothAreAnsweredInOrder()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        var sent = Sent("pipelined-two-unary");
        await socket.SendAsync([.. sent[0].Raw, .. sent[1].Raw]);

        (await socket.ReadAsync())!.Header("Micro-Id").Should().Be("1");
        var second = (await socket.ReadAsync())!;
        second.Header("Micro-Id").Should().Be("2");
        second.Body.Should().Equal(Encoding.UTF8.GetBytes("\n\nHello John"));
    }

    [Fact]
    public async Task UnaryWithStreamHeader_IsAnsweredAsTheUnaryCallItIs()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        foreach (var request in Sent("unary-with-stream-header-x2-concurrent"))
        {
            await socket.SendAsync(request.Raw);
            var reply = (await socket.ReadAsync())!;
            reply.Header("Micro-Stream").Should().Be(request.Header("Micro-Stream"));
            reply.Header("Micro-Error").Should().BeNull();
        }
    }

    [Fact]
    public async Task TwoStreamsOnOneConnection_EachFrameCarriesItsOwnStream()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        foreach (var frame in Sent("pipelined-two-streams"))
        {
            await socket.SendAsync(frame.Raw);
        }

        var replies = new[] { (await socket.ReadAsync())!, (await socket.ReadAsync())! };

        replies.Select(reply => (reply.Header("Micro-Stream"), Convert.ToHexString(reply.Body))).Should().BeEquivalentTo([("1", "0805"), ("2", "0806")]);
    }

    [Fact]
    public async Task EndOfAStreamThatIsNotOpen_ClosesTheConnection()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        await socket.SendAsync(Sent("stream-eos-without-open")[0].Raw);

        (await socket.ReadAsync()).Should().BeNull();
    }

    [Fact]
    public async Task ClientEndOfStream_EndsTheHandlerAndIsConfirmed()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        foreach (var frame in Sent("stream-client-eos"))
        {
            await socket.SendAsync(frame.Raw);
        }

        (await socket.ReadAsync())!.Body.Should().Equal(0x08, 0x01);
        var end = (await socket.ReadAsync())!;
        end.Header("Micro-Error").Should().Be("EOS", "go-micro says nothing here, which leaves a half-closed client waiting for ever");
        end.Header("X-Micro-Error").Should().Be("EOS");
    }

    [Fact]
    public async Task ServerStream_RequestIsTheSecondFrame_EndsWithEos()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        var recorded = Probe("server-stream-slow-open-then-request").GetProperty("received").EnumerateArray().Select(RecordedMessage.From).ToList();
        foreach (var frame in Sent("server-stream-slow-open-then-request"))
        {
            await socket.SendAsync(frame.Raw);
        }

        var message = (await socket.ReadAsync())!;
        message.Body.Should().BeEmpty("an empty protobuf message is a message, not the end");
        message.Header("Micro-Error").Should().BeNull();
        foreach (var name in new[] { "X-Micro-Service", "X-Micro-Method", "X-Micro-Endpoint" })
        {
            message.Header(name).Should().Be(recorded[0].Header(name));
        }

        (await socket.ReadAsync())!.Header("Micro-Error").Should().Be("EOS");
    }

    [Fact]
    public async Task ServerStream_RequestInTheOpeningFrame_IsThrownAway()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        await socket.SendAsync(Sent("server-stream-request-in-open-only")[0].Raw);

        (await socket.IsSilentAsync(300)).Should().BeTrue();
    }

    [Fact]
    public async Task Expect100_IsContinuedBeforeTheBody()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        var request = Sent("expect-100")[0];
        await socket.SendAsync(request.Raw[..^request.Body.Length]);
        (await socket.ReadAsync())!.StartLine.Should().Be("HTTP/1.1 100 Continue");

        await socket.SendAsync(request.Body);

        (await socket.ReadAsync())!.Body.Should().Equal(Encoding.UTF8.GetBytes("\n\nHello John"));
    }

    [Fact]
    public async Task Http10_IsAnsweredAndClosed()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        await socket.SendAsync(Sent("http10")[0].Raw);

        (await socket.ReadAsync())!.Body.Should().Equal(Encoding.UTF8.GetBytes("\n\nHello John"));
        (await socket.ReadAsync()).Should().BeNull("RFC 9112, section 9.3");
    }

    [Fact]
    public async Task SecondRequest_HasItsOwnMetadata()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        var sent = Sent("sequential-different-metadata");
        await socket.SendAsync(sent[0].Raw);
        await socket.ReadAsync();
        await socket.SendAsync(sent[1].Raw);

        var seen = Encoding.UTF8.GetString((await socket.ReadAsync())!.Body);

        seen.Should().Contain("Bar=second").And.NotContain("Foo=first");
    }

    [Fact]
    public async Task BigMessage_IsEchoed()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        var name = new string('x', 1_000_000);
        var body = JsonSerializer.SerializeToUtf8Bytes(new { name });
        await socket.SendAsync($"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nContent-Length: {body.Length}\r\n\r\n");
        await socket.SendAsync(body);

        (await socket.ReadAsync())!.Body.Length.Should().BeGreaterThan(1_000_000);
    }

    private static JsonElement Probe(string name) => Recording.Probes().Single(probe => probe.GetProperty("name").GetString() == name);

    private static List<RecordedMessage> Sent(string name) => [.. Probe(name).GetProperty("sent").EnumerateArray().Select(RecordedMessage.From)];
}
