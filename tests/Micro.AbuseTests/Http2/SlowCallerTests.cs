using System.Text;

namespace Micro.AbuseTests.Http2;

/// <summary>Callers that hold an HTTP/2 connection or a request open and do nothing with it: S14.</summary>
public sealed class SlowCallerTests
{
    private const ushort InitialWindowSize = 4;
    private static readonly byte[] Message = [0, 0, 0, 0, 2, .. "{}"u8];

    [Fact]
    public async Task Answer_CallerDoesNotTakeIt_IsGivenUp_S14()
    {
        await using var service = await StartAsync();
        using var socket = await Http2Socket.ConnectAsync(service.Address, (InitialWindowSize, 0));
        await CallAsync(socket, 1);
        var hasGoodbye = false;

        // Without a request that is open the connection ends as idle.
        while (await socket.ReadAsync() is { } frame)
        {
            await socket.AcknowledgeAsync(frame);
            hasGoodbye |= frame.Type == Http2Frame.GoAway;
        }

        hasGoodbye.Should().BeTrue();
        service.Handled.Should().Be(1);
        (await service.ServesAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task Connection_ClientReadsNothing_IsCut_S14()
    {
        await using var service = await StartAsync();
        using var socket = await Http2Socket.OpenAsync(service.Address, receiveBuffer: 4096);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Http2Socket.Preface));
        await socket.SendAsync(Http2Frame.Settings, 0, 0, [0, (byte)InitialWindowSize, 0x7f, 0xff, 0xff, 0xff]);
        await socket.SendAsync(Http2Frame.WindowUpdate, 0, 0, [0x7f, 0xff, 0, 0]);
        byte[] body = [.. "{\"value\":\""u8, .. Enumerable.Repeat((byte)'x', 100_000), .. "\"}"u8];

        // More answers than sockets hold, within the windows that the server opens at the start.
        for (var stream = 1; stream < 190; stream += 2)
        {
            await socket.SendHeadersAsync(stream, Headers());
            await socket.SendDataAsync(stream, [0, 0, (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length]);
            foreach (var part in body.Chunk(16_000))
            {
                await socket.SendDataAsync(stream, part);
            }

            await socket.SendDataAsync(stream, [], end: true);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await PingAsync(socket, limit.Token);

        socket.HasServerClosed.Should().BeTrue("the connection is cut");
        (await service.ServesAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task UnaryCall_OnlyHeadersAndPings_IsRefused_S14()
    {
        await using var service = await StartAsync();
        using var socket = await Http2Socket.ConnectAsync(service.Address);
        await socket.SendHeadersAsync(1, Headers());
        using var stop = new CancellationTokenSource();
        var pinging = PingAsync(socket, stop.Token);

        var answer = await socket.ReadAnswerAsync(1);

        await stop.CancelAsync();
        await pinging;
        answer.GrpcStatus.Should().Be("4", answer.ToString());
        service.Handled.Should().Be(0);
    }

    [Fact]
    public async Task Connection_OnlyPings_IsClosedAsIdle_S14()
    {
        await using var service = await StartAsync();
        using var socket = await Http2Socket.ConnectAsync(service.Address);
        using var stop = new CancellationTokenSource();
        var pinging = PingAsync(socket, stop.Token);
        var (hasGoodbye, pongs) = (false, 0);

        while (await socket.ReadAsync() is { } frame)
        {
            hasGoodbye |= frame.Type == Http2Frame.GoAway;
            pongs += frame.Type == Http2Frame.Ping ? 1 : 0;
        }

        await stop.CancelAsync();
        await pinging;
        hasGoodbye.Should().BeTrue("an honest client learns that its connection ends");
        pongs.Should().BeGreaterThan(0);
    }

    private static Task<AttackedService> StartAsync() => AttackedService.StartAsync(static options => options.ServerOptions(static server =>
    {
        server.Limits.HeaderTimeout = TimeSpan.FromSeconds(1);
        server.Limits.WriteTimeout = TimeSpan.FromSeconds(2);
        server.Limits.IdleTimeout = TimeSpan.FromSeconds(2);
    }));

    private static List<(string Name, string Value)> Headers() => Http2Socket.CallHeaders("/attacked.Test/Echo", ("content-type", "application/grpc+json"));

    private static async Task CallAsync(Http2Socket socket, int stream)
    {
        await socket.SendHeadersAsync(stream, Headers());
        await socket.SendDataAsync(stream, Message, end: true);
    }

    private static async Task PingAsync(Http2Socket socket, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !socket.HasServerClosed)
        {
            await socket.SendAsync(Http2Frame.Ping, 0, 0, Encoding.ASCII.GetBytes("pingping"));
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
