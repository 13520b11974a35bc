using Google.Protobuf;
using Greeter;
using Micro.Testing;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Tests that faults and floods of HTTP/2 do not affect other callers (S12, S13).</summary>
public sealed class Http2FaultTests
{
    [Theory]
    [InlineData("a header name in capitals")]
    [InlineData("te other than trailers")]
    [InlineData("connection header")]
    [InlineData("no path")]
    [InlineData("no method")]
    [InlineData("two paths")]
    [InlineData("pseudo header after the others")]
    [InlineData("broken header block")]
    [InlineData("data on a stream that is not open")]
    [InlineData("even stream")]
    [InlineData("frame above the size")]
    [InlineData("data beyond the window")]
    [InlineData("window update of nothing")]
    [InlineData("window overflow")]
    [InlineData("settings of a wrong length")]
    [InlineData("continuation of nothing")]
    [InlineData("headers from the server's side")]
    [InlineData("ping of a wrong length")]
    [InlineData("unknown frame")]
    public async Task Http2Fault_DoesNotAffectOtherCalls_S13(string fault)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var bystander = fixture.Connect();
        await bystander.CallAsync(GrpcServerFixture.Hello, new Request { Name = "Anna" });
        using var socket = await fixture.ConnectRawAsync();

        await SendAsync(socket, fault);
        var answer = await socket.ReadAnswerAsync(1, seconds: 5).WaitAsync(TimeSpan.FromSeconds(20));

        var isTolerated = fault == "unknown frame";
        if (isTolerated)
        {
            answer.GrpcStatus.Should().Be("0");
        }
        else
        {
            // A close may overtake the good-bye when more was sent than was read.
            (answer.ResetCode is > 0 || answer.GoAwayCode is > 0 || answer.IsClosed).Should().BeTrue("{0}: {1}", fault, answer);
        }

        (await bystander.CallAsync(GrpcServerFixture.Hello, new Request { Name = "Anna" })).Msg.Should().Be("Hello Anna", "other connections are not touched");
        await fixture.ExpectHealthyAsync();
    }

    [Fact]
    public async Task HeaderFlood_IsRefused_S12()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var many = await fixture.ConnectRawAsync();
        using var large = await fixture.ConnectRawAsync();
        using var continued = await fixture.ConnectRawAsync();

        await many.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Greeter/Hello", [.. Enumerable.Range(0, 200).Select(number => ($"x-{number}", (string?)"1"))]), end: true);
        var manyAnswer = await many.ReadAnswerAsync(1);
        await large.SendAsync(Http2Frame.Headers, Http2Frame.EndStream, 1, HeaderBlock.Encode(Http2Socket.CallHeaders("/greeter.Greeter/Hello")));
        for (var number = 0; number < 10; number++)
        {
            await large.SendAsync(Http2Frame.Continuation, number == 9 ? Http2Frame.EndHeaders : (byte)0, 1, HeaderBlock.Encode([($"x-{number}", new string('x', 8000))]));
        }

        var largeAnswer = await large.ReadAnswerAsync(1);

        // Never ending, as in the flood of 2024.
        await continued.SendAsync(Http2Frame.Headers, Http2Frame.EndStream, 1, HeaderBlock.Encode(Http2Socket.CallHeaders("/greeter.Greeter/Hello")));
        var continuedAnswer = await FloodAsync(continued, socket => socket.SendAsync(Http2Frame.Continuation, 0, 1, HeaderBlock.Encode([("x", new string('x', 8000))])), 1000);

        foreach (var answer in new[] { manyAnswer, largeAnswer, continuedAnswer })
        {
            (answer.GrpcStatus is not "0" && (answer.HttpStatus == "431" || answer.ResetCode is > 0 || answer.GoAwayCode is > 0 || answer.IsClosed)).Should().BeTrue(answer.ToString());
        }

        await fixture.ExpectHealthyAsync();
        fixture.Greeter.Calls.Should().Be(2, "only the probes' own");
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("ping")]
    [InlineData("settings")]
    [InlineData("empty data")]
    public async Task Flood_IsStoppedOrSurvived_BystandersAreServed_S13(string kind)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var bystander = fixture.Connect();
        using var socket = await fixture.ConnectRawAsync();
        if (kind == "empty data")
        {
            await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Greeter/PingPong"));
        }

        var stream = 1;
        var block = HeaderBlock.Encode(Http2Socket.CallHeaders("/greeter.Greeter/Hello"));
        var flood = FloodAsync(
            socket,
            target =>
            {
                var bytes = new List<byte>();
                for (var count = 0; count < 100; count++)
                {
                    bytes.AddRange(kind switch
                    {
                        "reset" => [.. Http2Socket.Frame(Http2Frame.Headers, Http2Frame.EndHeaders, stream, block), .. Http2Socket.Frame(Http2Frame.Reset, 0, stream, [0, 0, 0, 8])],
                        "ping" => Http2Socket.Frame(Http2Frame.Ping, 0, 0, new byte[8]),
                        "settings" => Http2Socket.Frame(Http2Frame.Settings, 0, 0, [0, 4, 0, 1, 0, 0]),
                        _ => Http2Socket.Frame(Http2Frame.Data, 0, 1, []),
                    });
                    stream += 2;
                }

                return target.SendAsync([.. bytes]);
            },
            200);
        for (var call = 0; call < 50; call++)
        {
            (await bystander.CallAsync(GrpcServerFixture.Hello, new Request { Name = "Anna" })).Msg.Should().Be("Hello Anna");
        }

        await flood.WaitAsync(TimeSpan.FromSeconds(60));
        socket.Dispose();
        await fixture.ExpectHealthyAsync();
        await Eventually.TrueAsync(() => fixture.Server.RunningCalls == 0, "nothing is left behind");
    }

    [Fact]
    public async Task TooManyStreams_AreRefusedUnexecuted()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.Limits.MaxStreamsPerConnection = 2);
        using var socket = await fixture.ConnectRawAsync();
        foreach (var stream in new[] { 1, 3, 5 })
        {
            await socket.SendHeadersAsync(stream, Http2Socket.CallHeaders("/greeter.Greeter/Hello"));
            await socket.SendDataAsync(stream, RawServer.Frame(0, new Request { Name = "wait" }.ToByteArray()), end: true);
        }

        (await socket.ReadAnswerAsync(5)).ResetCode.Should().Be(7, "REFUSED_STREAM says that it was not looked at");
        await fixture.Running(2);
        fixture.Gate.SetResult();
        fixture.Greeter.Calls.Should().Be(2);
    }

    private static async Task SendAsync(Http2Socket socket, string fault)
    {
        var call = Http2Socket.CallHeaders("/greeter.Greeter/Hello");
        switch (fault)
        {
            case "a header name in capitals":
                await socket.SendHeadersAsync(1, [.. call, ("X-Upper", "1")], end: true);
                break;
            case "te other than trailers":
                await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Greeter/Hello", ("te", "gzip")), end: true);
                break;
            case "connection header":
                await socket.SendHeadersAsync(1, [.. call, ("connection", "close")], end: true);
                break;
            case "no path":
                await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("", (":path", null)), end: true);
                break;
            case "no method":
                await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/a/b", (":method", null)), end: true);
                break;
            case "two paths":
                await socket.SendHeadersAsync(1, [(":path", "/a/b"), .. call], end: true);
                break;
            case "pseudo header after the others":
                await socket.SendHeadersAsync(1, [.. Http2Socket.CallHeaders("", (":path", null)), (":path", "/a/b")], end: true);
                break;
            case "broken header block":
                await socket.SendAsync(Http2Frame.Headers, Http2Frame.EndHeaders, 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
                break;
            case "data on a stream that is not open":
                await socket.SendDataAsync(1, FaultTests.Anna);
                break;
            case "even stream":
                await socket.SendHeadersAsync(2, call);
                break;
            case "frame above the size":
                await socket.SendHeadersAsync(1, call);
                await socket.SendDataAsync(1, new byte[20_000]);
                break;
            case "data beyond the window":
                await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Greeter/Stream"));
                await socket.SendDataAsync(1, RawServer.Frame(0, []));
                for (var sent = 0; sent < 80; sent++)
                {
                    await socket.SendDataAsync(1, new byte[16_000]);
                }

                break;
            case "window update of nothing":
                await socket.SendHeadersAsync(1, call);
                await socket.SendAsync(Http2Frame.WindowUpdate, 0, 1, [0, 0, 0, 0]);
                break;
            case "window overflow":
                await socket.SendAsync(Http2Frame.WindowUpdate, 0, 0, [0x7f, 0xff, 0xff, 0xff]);
                break;
            case "settings of a wrong length":
                await socket.SendAsync(Http2Frame.Settings, 0, 0, [1, 2, 3]);
                break;
            case "continuation of nothing":
                await socket.SendAsync(Http2Frame.Continuation, Http2Frame.EndHeaders, 1, []);
                break;
            case "headers from the server's side":
                await socket.SendAsync(5, Http2Frame.EndHeaders, 1, [0, 0, 0, 2]);
                break;
            case "ping of a wrong length":
                await socket.SendAsync(Http2Frame.Ping, 0, 0, [1]);
                break;
            case "unknown frame":
                await socket.SendAsync(0x42, 0xff, 0, [1, 2, 3]);
                await socket.SendHeadersAsync(1, call);
                await socket.SendDataAsync(1, FaultTests.Anna, end: true);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, null);
        }
    }

    /// <summary>Sends until the server ends the connection or enough is sent, while reading.</summary>
    private static async Task<Http2Answer> FloodAsync(Http2Socket socket, Func<Http2Socket, Task> send, int times)
    {
        var reading = socket.ReadAnswerAsync(int.MaxValue);
        for (var count = 0; count < times && !reading.IsCompleted && !socket.HasServerClosed; count++)
        {
            await send(socket);
        }

        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None));
        return reading.IsCompletedSuccessfully ? await reading : new Http2Answer();
    }
}
