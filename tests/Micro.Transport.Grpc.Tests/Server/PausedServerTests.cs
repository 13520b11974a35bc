using Micro.Client;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Tests requests that wait in their sockets during a pause of the process (R5, R34), in both protocols.</summary>
public sealed class PausedServerTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(6);

    [Theory]
    [InlineData("mucp", 500)]
    [InlineData("mucp", 5000)]
    [InlineData("grpc", 500)]
    [InlineData("grpc", 5000)]
    public async Task Call_MayHaveExpiredDuringThePause_IsRefusedAndNotExecuted_R34(string protocol, int timeout)
    {
        await using var server = await PausedServer.StartAsync();
        await using var client = server.Connect(protocol);
        await client.Client.CallAsync<int, int>("greeter", "Test.Count", 1, Options(60_000));

        server.Time.StandStill(Pause);
        var call = client.Client.CallAsync<int, int>("greeter", "Test.Count", 2, Options(timeout));
        await server.Time.SettleAsync(server.Fixture, () => call.IsCompleted);
        var error = (await FluentActions.Awaiting(() => call).Should().ThrowAsync<MicroException>()).Which;

        (error.Code, error.Kind).Should().Be((503, ErrorKind.Unavailable), "callers that still wait go on elsewhere");
        server.Executed.Should().Be(1);
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_LongDeadline_IsExecutedAfterThePause_R34(string protocol)
    {
        await using var server = await PausedServer.StartAsync();
        await using var client = server.Connect(protocol);
        await client.Client.CallAsync<int, int>("greeter", "Test.Count", 1, Options(60_000));

        server.Time.StandStill(Pause);
        var call = client.Client.CallAsync<int, int>("greeter", "Test.Count", 2, Options(30_000));
        await server.Time.SettleAsync(server.Fixture, () => call.IsCompleted);

        (await call).Should().Be(2);
        server.Executed.Should().Be(2);
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_AMomentAfterThePause_IsExecuted_R34(string protocol)
    {
        await using var server = await PausedServer.StartAsync();
        await using var client = server.Connect(protocol);
        server.Time.StandStill(Pause);
        var call = client.Client.CallAsync<int, int>("greeter", "Test.Count", 1, Options(500));
        await server.Time.SettleAsync(server.Fixture, () => call.IsCompleted);
        await FluentActions.Awaiting(() => call).Should().ThrowAsync<MicroException>();

        server.Time.Advance(TimeSpan.FromMilliseconds(500));

        (await client.Client.CallAsync<int, int>("greeter", "Test.Count", 2, Options(500))).Should().Be(2);
        server.Executed.Should().Be(1);
        server.Fixture.Logs.Entries.Should().ContainSingle(entry => entry.Id.Name == "ProcessPaused");
    }

    [Fact]
    public async Task Call_LateTicksOfABusyMachine_NothingIsRefused()
    {
        await using var server = await PausedServer.StartAsync();
        await using var client = server.Connect("mucp");
        for (var call = 0; call < 10; call++)
        {
            server.Time.StandStill(TimeSpan.FromMilliseconds(350));
            await client.Client.CallAsync<int, int>("greeter", "Test.Count", 1, Options(100));
            server.Time.Advance(TimeSpan.FromMilliseconds(200));
        }

        server.Executed.Should().Be(10);
        server.Fixture.Logs.Entries.Should().NotContain(entry => entry.Id.Name == "ProcessPaused");
    }

    [Fact]
    public async Task Call_CancelledBeforeItBegan_IsNotExecuted_Mucp_R34()
    {
        await using var server = await PausedServer.StartAsync();
        using var socket = await RawSocket.ConnectAsync(server.Fixture.Address);
        await socket.SendRequestAsync("Test.Count", "1", "Micro-Id: 1\r\nMicro-Mux: 0\r\n");
        await socket.ReadAsync();

        // Call and cancellation waited in the socket together, and are read one after the other.
        server.Time.StandStill(Pause);
        await socket.SendRequestAsync("Test.Count", "2", "Micro-Id: 2\r\n");
        await server.Time.WaitUntilNoticedAsync(server.Fixture);
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nMicro-Cancel: 2\r\n\r\n");
        await socket.SendAsync("GET /health/live HTTP/1.1\r\nHost: a\r\nMicro-Id: 3\r\n\r\n");
        await socket.ReadAsync();
        await server.Time.SettleAsync(server.Fixture, () => socket.IsReadable);

        (await socket.ReadAsync())!.Error.Should().Contain("cancelled by the caller");
        server.Executed.Should().Be(1);
    }

    [Fact]
    public async Task Call_ResetBeforeItBegan_IsNotExecuted_Grpc_R34()
    {
        await using var server = await PausedServer.StartAsync();
        using var socket = await server.Fixture.ConnectRawAsync();

        server.Time.StandStill(Pause);
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Test/Count", ("content-type", "application/grpc+json")));
        await socket.SendDataAsync(1, RawServer.Frame(0, "1"u8.ToArray()), end: true);
        await server.Time.WaitUntilNoticedAsync(server.Fixture);
        await socket.SendAsync(Http2Frame.Reset, 0, 1, [0, 0, 0, 8]);
        await socket.SendAsync(Http2Frame.Ping, 0, 0, new byte[8]);
        while (await socket.ReadAsync() is { } frame && !(frame.Type == Http2Frame.Ping && (frame.Flags & Http2Frame.Ack) != 0))
        {
        }

        await server.Time.SettleAsync(server.Fixture, () => server.Fixture.Logs.Entries.Any(entry => entry.Id.Name == "CallerGone"));

        server.Executed.Should().Be(0);
    }

    private static CallOptions Options(int timeout) => new()
    {
        RequestTimeout = TimeSpan.FromMilliseconds(timeout),
        AttemptTimeout = TimeSpan.FromMilliseconds(timeout),
        Retries = 0,
    };
}
