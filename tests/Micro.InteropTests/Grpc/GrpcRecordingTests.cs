using System.Text.Json;
using Greeter;
using Micro.Registry;
using Micro.Server;
using Micro.Transport.Grpc.Server;

namespace Micro.InteropTests.Grpc;

/// <summary>Sends the frames that a Go client sent and compares our answer with the Go server's, header by header.</summary>
public abstract class GrpcRecordingTests : IAsyncLifetime
{
    private readonly IRegistry _registry = MemoryRegistry.Create();
    private readonly RpcServer _server;

    protected GrpcRecordingTests(Action<IMicroServer> addGreeter)
    {
        var options = new ServerOptions { Name = "greeter", Address = "127.0.0.1:0", Registry = _registry, DrainDelay = TimeSpan.Zero };
        GrpcServer.AddTo(options);
        _server = new RpcServer(options);
        addGreeter(_server);
    }

    protected string Address => _server.Address!;

    public Task InitializeAsync() => _server.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Theory]
    [InlineData("unary-default")]
    [InlineData("unary-protobuf")]
    [InlineData("unary-json")]
    [InlineData("unary-grpcjson")]
    [InlineData("method-slash")]
    [InlineData("unknown-endpoint")]
    [InlineData("unknown-handler")]
    [InlineData("error")]
    [InlineData("error-internal")]
    [InlineData("error-utf8")]
    [InlineData("stream")]
    public async Task Recording_FramesReplayed_AnswerIsTheGoServers(string name) => await ReplayAsync(name);

    [Fact]
    public async Task Bidi_FramesReplayedInLockStep_EachPongIsTheGoServers()
    {
        using var socket = await Http2Socket.ConnectAsync(_server.Address!);
        var received = new List<byte>();
        foreach (var frame in Frames("bidi").Where(frame => Stream(frame) == 1 && Kind(frame) is "HEADERS" or "DATA"))
        {
            if (From(frame) == "client")
            {
                await SendAsync(socket, frame);
            }
            else if (Kind(frame) == "DATA")
            {
                var expected = Convert.FromHexString(frame.GetProperty("data_hex").GetString()!);
                while (received.Count < expected.Length && await socket.ReadAsync() is { } came)
                {
                    if (came is { Type: Http2Frame.Data, Stream: 1 })
                    {
                        received.AddRange(came.Payload);
                    }
                }

                received.Should().Equal(expected);
                received.Clear();
            }
        }

        await socket.SendAsync(Http2Frame.Reset, 0, 1, [0, 0, 0, 8]);
        await socket.SendHeadersAsync(3, Http2Socket.CallHeaders("/greeter.Greeter/PingPong"), end: true);
        (await socket.ReadAnswerAsync(3)).GrpcStatus.Should().Be("0", "a reset stream harms no other");
    }

    [Fact]
    public async Task Panic_WhereGoTellsAll_IsAnsweredByOurRule()
    {
        using var socket = await Http2Socket.ConnectAsync(_server.Address!);
        foreach (var frame in Frames("error-panic").Where(frame => Stream(frame) == 1 && From(frame) == "client"))
        {
            await SendAsync(socket, frame);
        }

        var answer = await socket.ReadAnswerAsync(1);

        answer.GrpcStatus.Should().Be("13");
        answer.GrpcMessage.Should().StartWith("""{"id":"greeter","code":500,"detail":"internal error """).And.NotContain("secret");
    }

    [Fact]
    public async Task Metadata_OfTheRecordedCall_ReachesTheHandlerAsInGo()
    {
        using var socket = await Http2Socket.ConnectAsync(_server.Address!);
        foreach (var frame in Frames("metadata").Where(frame => Stream(frame) == 1 && From(frame) == "client"))
        {
            await SendAsync(socket, frame);
        }

        // Names are compared without regard to case.
        var seen = Response.Parser.ParseFrom((await socket.ReadAnswerAsync(1)).Body.Skip(5).ToArray()).Msg.ToLowerInvariant().Split('\n');

        seen.Should().Contain(["foo=bar", "x-tenant=t1", "micro-namespace=micro", "user-agent=grpc-go/1.81.1"], "{0}", string.Join(", ", seen));
        seen.Should().NotContain(line => line.StartsWith("timeout=") || line.StartsWith("x-content-type="));
    }

    /// <summary>Sends what the recorded client sent, and compares the answers.</summary>
    protected async Task ReplayAsync(string name)
    {
        using var socket = await Http2Socket.ConnectAsync(_server.Address!);
        foreach (var stream in Frames(name).GroupBy(Stream).Where(stream => stream.Key > 0))
        {
            foreach (var frame in stream.Where(frame => From(frame) == "client"))
            {
                await SendAsync(socket, frame);
            }

            var answer = await socket.ReadAnswerAsync(stream.Key);
            var recorded = new Http2Answer();
            foreach (var frame in stream.Where(frame => From(frame) == "server"))
            {
                if (Kind(frame) == "HEADERS")
                {
                    recorded.Add([.. Headers(frame)]);
                }
                else if (Kind(frame) == "DATA")
                {
                    recorded.Body.AddRange(Convert.FromHexString(frame.GetProperty("data_hex").GetString()!));
                }
            }

            foreach (var header in new[] { ":status", "content-type", "grpc-status", "grpc-message", "grpc-status-details-bin" })
            {
                (answer[header] ?? "").Should().Be(recorded[header] ?? "", "{0}: {1}", header, answer);
            }

            answer.Body.Should().Equal(recorded.Body, answer.ToString());
            answer.IsTrailersOnly.Should().Be(recorded.IsTrailersOnly);
        }
    }

    private static List<JsonElement> Frames(string name)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Recordings", "grpc", name + ".json");
        return [.. JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("frames").EnumerateArray()];
    }

    private static int Stream(JsonElement frame) => frame.GetProperty("stream").GetInt32();

    private static string? From(JsonElement frame) => frame.GetProperty("from").GetString();

    private static string? Kind(JsonElement frame) => frame.GetProperty("frame").GetString();

    private static IEnumerable<(string Name, string Value)> Headers(JsonElement frame) =>
        frame.GetProperty("headers").EnumerateArray().Select(header => (header[0].GetString()!, header[1].GetString()!));

    private static Task SendAsync(Http2Socket socket, JsonElement frame)
    {
        var end = frame.TryGetProperty("end_stream", out var flag) && flag.GetBoolean();
        return Kind(frame) switch
        {
            "HEADERS" => socket.SendHeadersAsync(Stream(frame), Headers(frame), end),
            "DATA" => socket.SendDataAsync(Stream(frame), Convert.FromHexString(frame.GetProperty("data_hex").GetString()!), end),
            _ => Task.CompletedTask,
        };
    }
}
