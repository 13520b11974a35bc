using System.Text;
using System.Text.Json;

namespace Micro.InteropTests.Mucp;

/// <summary>Sends what a Go client sent, byte for byte, and compares our reply with the Go server's.</summary>
public sealed class ServerRecordingTests(MucpServerFixture server) : IClassFixture<MucpServerFixture>
{
    [Theory]
    [InlineData("unary-json")]
    [InlineData("unary-protobuf")]
    [InlineData("error-json")]
    [InlineData("error-protobuf")]
    [InlineData("error-internal-retries-protobuf")]
    [InlineData("error-then-ok-reuse")]
    [InlineData("error-utf8-protobuf")]
    [InlineData("unknown-service-name-protobuf")]
    [InlineData("connclose-protobuf")]
    [InlineData("grpc-ct-over-mucp")]
    [InlineData("legacy-json-rpc")]
    [InlineData("legacy-proto-rpc")]
    [InlineData("stream-bidi-json")]
    [InlineData("stream-bidi-protobuf")]
    public async Task Recording_RequestsReplayed_RepliesAreTheGoServers(string name)
    {
        foreach (var connection in Recording.Read(name).GetProperty("connections").EnumerateArray())
        {
            using var socket = await ReplaySocket.ConnectAsync(server.Address);
            RecordedMessage? request = null;
            foreach (var message in connection.EnumerateArray().Where(message => message.TryGetProperty("raw_hex", out _)))
            {
                if (message.GetProperty("from").GetString() == "client")
                {
                    request = RecordedMessage.From(message);
                    await socket.SendAsync(request.Raw);
                    continue;
                }

                Compare((await socket.ReadAsync())!, RecordedMessage.From(message), request!);
            }
        }
    }

    [Theory]
    [InlineData("unknown-endpoint-protobuf", 404, "rpc: can't find method Nope")]
    [InlineData("unknown-handler-protobuf", 404, "rpc: can't find service Nope")]
    [InlineData("error-panic-protobuf", 500, "internal error")]
    public async Task Recording_WhereGoIsAtFault_IsAnsweredByOurRule(string name, int code, string detail)
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        await socket.SendAsync(FirstRequest(name));

        var reply = (await socket.ReadAsync())!;
        var error = JsonDocument.Parse(reply.Header("Micro-Error")!).RootElement;

        reply.StartLine.Should().Be("HTTP/1.1 200 OK");
        error.GetProperty("code").GetInt32().Should().Be(code);
        error.GetProperty("id").GetString().Should().Be("greeter");
        error.GetProperty("detail").GetString().Should().StartWith(detail);
        Encoding.UTF8.GetString(reply.Raw).Should().NotContain("secret of the handler");
    }

    [Fact]
    public async Task ErrorText_LineBreaks_BecomeBlanksAsInGo()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        await socket.SendAsync(FirstRequest("error-newline-protobuf"));

        var error = JsonDocument.Parse((await socket.ReadAsync())!.Header("Micro-Error")!).RootElement;

        error.GetProperty("detail").GetString()!.ReplaceLineEndings(" ").Should().Be("line one line two line three");
    }

    [Fact]
    public async Task Metadata_OfTheRecordedCall_ReachesTheHandler()
    {
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        await socket.SendAsync(FirstRequest("metadata-protobuf"));

        var seen = Encoding.UTF8.GetString((await socket.ReadAsync())!.Body);

        seen.Should().ContainAll("Foo=bar", "X-Tenant=t1", "Micro-Namespace=micro");
    }

    [Theory]
    [InlineData("stream-server-json")]
    [InlineData("stream-server-protobuf")]
    public async Task ServerStream_RequestsReplayed_SendsEachCountOnce(string name)
    {
        // The recorded Go server sent 0, 2, 2: its send buffer is shared between queued messages.
        using var socket = await ReplaySocket.ConnectAsync(server.Address);
        var frames = Recording.Messages(Recording.Read(name).GetProperty("connections")[0], "client").ToList();
        await socket.SendAsync(frames[0].Raw);
        await socket.SendAsync(frames[1].Raw);

        string[] expected = name.EndsWith("json", StringComparison.Ordinal) ? ["{}\n", "{\"count\":\"1\"}\n", "{\"count\":\"2\"}\n"] : ["", "\b\u0001", "\b\u0002"];
        foreach (var body in expected)
        {
            var message = (await socket.ReadAsync())!;
            message.Header("Micro-Error").Should().BeNull();
            Encoding.UTF8.GetString(message.Body).Should().Be(body);
        }

        (await socket.ReadAsync())!.Header("Micro-Error").Should().Be("EOS");
    }

    /// <summary>Order and the echo of the connection's first request aside.</summary>
    private static void Compare(RecordedMessage reply, RecordedMessage recorded, RecordedMessage request)
    {
        reply.StartLine.Should().Be(recorded.StartLine);
        reply.Body.Should().Equal(recorded.Body);
        reply.Header("Micro-Id").Should().Be(request.Header("Micro-Id"), "a reply carries its own request's id");
        foreach (var name in new[] { "Content-Type", "Content-Length", "Micro-Error", "X-Micro-Error", "Grpc-Status", "Connection" })
        {
            reply.Header(name).Should().Be(recorded.Header(name), name);
        }
    }

    private static byte[] FirstRequest(string name) => Recording.Messages(Recording.Read(name).GetProperty("connections")[0], "client").First().Raw;
}
