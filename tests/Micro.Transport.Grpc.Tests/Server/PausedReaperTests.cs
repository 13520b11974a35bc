using Micro.Testing;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Tests that a pause of the process does not count against peers with partly sent messages.</summary>
public sealed class PausedReaperTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task CutIfLate_PauseInTheMiddleOfAHead_ConnectionStays_Mucp()
    {
        await using var server = await PausedServer.StartAsync();
        using var socket = await RawSocket.ConnectAsync(server.Fixture.Address);
        await socket.SendAsync("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nGET /health/live HT");
        await socket.ReadAsync();

        await PauseAsync(server);
        await socket.SendAsync("TP/1.1\r\nHost: a\r\n\r\n");

        (await socket.ReadAsync())!.StartLine.Should().Be("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task CutIfLate_PauseInTheMiddleOfABody_ConnectionStays_Mucp()
    {
        await using var server = await PausedServer.StartAsync();
        using var socket = await RawSocket.ConnectAsync(server.Fixture.Address);
        await socket.SendAsync("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\nMicro-Endpoint: Test.Count\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n1");
        await socket.ReadAsync();

        await PauseAsync(server);
        await socket.SendAsync("2");

        (await socket.ReadAsync())!.Text.Trim().Should().Be("12");
    }

    [Fact]
    public async Task CutIfLate_PauseWithinAMessage_CallContinues_Grpc()
    {
        await using var server = await PausedServer.StartAsync();
        using var socket = await server.Fixture.ConnectRawAsync();
        var frame = RawServer.Frame(0, "12"u8.ToArray());
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Test/Count", ("content-type", "application/grpc+json")));
        await socket.SendDataAsync(1, frame[..^1]);
        await socket.SendAsync(Http2Frame.Ping, 0, 0, new byte[8]);
        while (await socket.ReadAsync() is { } answer && !(answer.Type == Http2Frame.Ping && (answer.Flags & Http2Frame.Ack) != 0))
        {
        }

        await PauseAsync(server);
        await socket.SendDataAsync(1, frame[^1..], end: true);

        (await socket.ReadAnswerAsync(1))["grpc-status"].Should().Be("0");
    }

    [Fact]
    public async Task CutIfLate_PauseInTheMiddleOfThePreface_ConnectionStays()
    {
        await using var server = await PausedServer.StartAsync();
        using var socket = await Http2Socket.OpenAsync(server.Fixture.Address);
        await socket.SendAsync("PRI"u8.ToArray());
        await Eventually.TrueAsync(() => server.Fixture.Server.Connections == 1, "the connection is accepted");

        await PauseAsync(server);

        server.Fixture.Server.Connections.Should().Be(1);
    }

    [Fact]
    public async Task CutIfLate_IdleConnection_IsNotOlderByThePause_Mucp()
    {
        await using var server = await PausedServer.StartAsync(options => options.Limits.IdleTimeout = TimeSpan.FromSeconds(10));
        using var socket = await RawSocket.ConnectAsync(server.Fixture.Address);
        await socket.SendAsync("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n");
        await socket.ReadAsync();

        await PauseAsync(server);
        await socket.SendAsync("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n");

        (await socket.ReadAsync())!.StartLine.Should().Be("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task CutIfLate_PeerStaysSlowAfterThePause_IsCutWhenItsTimeHasRun_Mucp()
    {
        await using var server = await PausedServer.StartAsync();
        using var socket = await RawSocket.ConnectAsync(server.Fixture.Address);
        await socket.SendAsync("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nGET /health/live HT");
        await socket.ReadAsync();
        await PauseAsync(server);

        for (var second = 0; second < 12; second++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(1));
            await PoolPause.WaitAsync();
        }

        server.Fixture.Logs.Entries.Should().Contain(entry => entry.Id.Name == "ConnectionCut");
    }

    /// <summary>Pauses and resumes the process; the reaper checks its connections.</summary>
    private static async Task PauseAsync(PausedServer server)
    {
        for (var second = 0; second < 5; second++)
        {
            // Time to read the sent bytes.
            await PoolPause.WaitAsync();
            server.Time.Advance(TimeSpan.FromSeconds(1));
        }

        server.Time.StandStill(Pause);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        await PoolPause.WaitAsync();
        server.Fixture.Logs.Entries.Should().NotContain(entry => entry.Id.Name == "ConnectionCut");
    }
}
