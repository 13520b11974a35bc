using Micro.Client;
using Micro.Testing;
using Micro.Transport.Grpc.Tests.Client;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Requests that wait in their sockets while the process stands still (R5, R34), in both protocols.</summary>
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
        var time = new PausableTime();
        var executed = 0;
        await using var fixture = await StartAsync(time, () => executed++);
        await using var client = Connect(fixture, protocol);
        await client.Client.CallAsync<int, int>("greeter", "Test.Count", 1, Options(60_000));

        time.StandStill(Pause);
        var call = client.Client.CallAsync<int, int>("greeter", "Test.Count", 2, Options(timeout));
        await time.SettleAsync(fixture, () => call.IsCompleted);
        var error = (await FluentActions.Awaiting(() => call).Should().ThrowAsync<MicroException>()).Which;

        (error.Code, error.Kind).Should().Be((503, ErrorKind.Unavailable), "callers that still wait go on elsewhere");
        executed.Should().Be(1);
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_LongDeadline_IsExecutedAfterThePause_R34(string protocol)
    {
        var time = new PausableTime();
        var executed = 0;
        await using var fixture = await StartAsync(time, () => executed++);
        await using var client = Connect(fixture, protocol);
        await client.Client.CallAsync<int, int>("greeter", "Test.Count", 1, Options(60_000));

        time.StandStill(Pause);
        var call = client.Client.CallAsync<int, int>("greeter", "Test.Count", 2, Options(30_000));
        await time.SettleAsync(fixture, () => call.IsCompleted);

        (await call).Should().Be(2);
        executed.Should().Be(2);
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_AMomentAfterThePause_IsExecuted_R34(string protocol)
    {
        var time = new PausableTime();
        var executed = 0;
        await using var fixture = await StartAsync(time, () => executed++);
        await using var client = Connect(fixture, protocol);
        time.StandStill(Pause);
        var call = client.Client.CallAsync<int, int>("greeter", "Test.Count", 1, Options(500));
        await time.SettleAsync(fixture, () => call.IsCompleted);
        await FluentActions.Awaiting(() => call).Should().ThrowAsync<MicroException>();

        time.Advance(TimeSpan.FromMilliseconds(500));

        (await client.Client.CallAsync<int, int>("greeter", "Test.Count", 2, Options(500))).Should().Be(2);
        executed.Should().Be(1);
        fixture.Logs.Entries.Should().ContainSingle(entry => entry.Id.Name == "StoodStill");
    }

    [Fact]
    public async Task Call_LateTicksOfABusyMachine_NothingIsRefused()
    {
        var time = new PausableTime();
        var executed = 0;
        await using var fixture = await StartAsync(time, () => executed++);
        await using var client = Connect(fixture, "mucp");
        for (var call = 0; call < 10; call++)
        {
            time.StandStill(TimeSpan.FromMilliseconds(350));
            await client.Client.CallAsync<int, int>("greeter", "Test.Count", 1, Options(100));
            time.Advance(TimeSpan.FromMilliseconds(200));
        }

        executed.Should().Be(10);
        fixture.Logs.Entries.Should().NotContain(entry => entry.Id.Name == "StoodStill");
    }

    [Fact]
    public async Task Call_CancelledBeforeItBegan_IsNotExecuted_Mucp_R34()
    {
        var time = new PausableTime();
        var executed = 0;
        await using var fixture = await StartAsync(time, () => executed++);
        using var socket = await RawSocket.ConnectAsync(fixture.Address);
        await socket.SendRequestAsync("Test.Count", "1", "Micro-Id: 1\r\nMicro-Mux: 0\r\n");
        await socket.ReadAsync();

        // Call and cancellation waited in the socket together, and are read one after the other.
        time.StandStill(Pause);
        await socket.SendRequestAsync("Test.Count", "2", "Micro-Id: 2\r\n");
        await time.WaitUntilNoticedAsync(fixture);
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nMicro-Cancel: 2\r\n\r\n");
        await socket.SendAsync("GET /health/live HTTP/1.1\r\nHost: a\r\nMicro-Id: 3\r\n\r\n");
        await socket.ReadAsync();
        await time.SettleAsync(fixture, () => socket.IsReadable);

        (await socket.ReadAsync())!.Error.Should().Contain("cancelled by the caller");
        executed.Should().Be(1);
    }

    [Fact]
    public async Task Call_ResetBeforeItBegan_IsNotExecuted_Grpc_R34()
    {
        var time = new PausableTime();
        var executed = 0;
        await using var fixture = await StartAsync(time, () => executed++);
        using var socket = await fixture.ConnectRawAsync();

        time.StandStill(Pause);
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Test/Count", ("content-type", "application/grpc+json")));
        await socket.SendDataAsync(1, RawServer.Frame(0, "1"u8.ToArray()), end: true);
        await time.WaitUntilNoticedAsync(fixture);
        await socket.SendAsync(Http2Frame.Reset, 0, 1, [0, 0, 0, 8]);
        await socket.SendAsync(Http2Frame.Ping, 0, 0, new byte[8]);
        while (await socket.ReadAsync() is { } frame && !(frame.Type == Http2Frame.Ping && (frame.Flags & Http2Frame.Ack) != 0))
        {
        }

        await time.SettleAsync(fixture, () => fixture.Logs.Entries.Any(entry => entry.Id.Name == "CallerGone"));

        executed.Should().Be(0);
    }

    private static CallOptions Options(int timeout) => new()
    {
        RequestTimeout = TimeSpan.FromMilliseconds(timeout),
        AttemptTimeout = TimeSpan.FromMilliseconds(timeout),
        Retries = 0,
    };

    private static GrpcClientFixture Connect(GrpcServerFixture fixture, string protocol) =>
        new(
            options =>
            {
                options.Protocol = protocol;

                // The caller's own clock stands still: what decides is what the server makes of the header.
                options.TimeProvider = new ManualTimeProvider();
            },
            fixture.Address);

    private static Task<GrpcServerFixture> StartAsync(PausableTime time, Action executed) => GrpcServerFixture.StartAsync(
        options => options.TimeProvider = time,
        server => server.Handle<int, int>("Test.Count", (number, _) =>
        {
            executed();
            return Task.FromResult(number);
        }));

    /// <summary>Time of a process that can stand still: time passes without any timer of it firing.</summary>
    private sealed class PausableTime : TimeProvider
    {
        private readonly ManualTimeProvider _running = new();
        private long _stoodStill;

        public override long TimestampFrequency => _running.TimestampFrequency;

        public override long GetTimestamp() => _running.GetTimestamp() + Volatile.Read(ref _stoodStill);

        public override DateTimeOffset GetUtcNow() => _running.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _running.CreateTimer(callback, state, dueTime, period);

        public void StandStill(TimeSpan time) => Interlocked.Add(ref _stoodStill, (long)(time.TotalSeconds * TimestampFrequency));

        public void Advance(TimeSpan time) => _running.Advance(time);

        public Task WaitUntilNoticedAsync(GrpcServerFixture fixture) =>
            Eventually.TrueAsync(() => fixture.Logs.Entries.Any(entry => entry.Id.Name == "StoodStill"), "the first request after the pause is read");

        /// <summary>Lets the time pass for which the server holds a call back.</summary>
        public async Task SettleAsync(GrpcServerFixture fixture, Func<bool> isDone)
        {
            await WaitUntilNoticedAsync(fixture);
            await Eventually.TrueAsync(
                () =>
                {
                    _running.Advance(TimeSpan.FromMilliseconds(50));
                    return isDone();
                },
                "the call ends");
        }
    }
}
