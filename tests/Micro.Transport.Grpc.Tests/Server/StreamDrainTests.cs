using Micro.Client;
using Micro.Server;
using Micro.Testing;
using Micro.Transport.Grpc.Tests.Client;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Open streams of a server that stops, in both protocols (R11, R33).</summary>
public sealed class StreamDrainTests
{
    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Stop_HandlerEndsItsStreamWhenStoppingFires_CallerGetsTheLastMessageAndTheEnd_R33(string protocol)
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync(time);
        await using var client = Connect(fixture, protocol);
        await using var stream = await OpenAsync(client, "Test.Polite");
        await stream.SendAsync(1);
        await fixture.Running();

        // No time passes: the handler is notified when the stop begins.
        var stopping = fixture.Server.StopAsync();
        var messages = await ReadToEndAsync(stream);

        messages.Should().Equal([1, -1], "the handler has its last word");
        await AdvanceUntilAsync(time, stopping);
        fixture.Logs.Entries.Should().NotContain(entry => entry.Id.Name == "StreamsEnded" || entry.Id.Name == "CallsCancelled");
    }

    [Theory]
    [InlineData("mucp", "Test.Silent")]
    [InlineData("mucp", "Test.Reads")]
    [InlineData("mucp", "Test.Writes")]
    [InlineData("grpc", "Test.Silent")]
    [InlineData("grpc", "Test.Reads")]
    [InlineData("grpc", "Test.Writes")]
    public async Task Stop_StreamDoesNotEnd_EndsWithUnavailableAfterTheStreamDrainTimeout_R33(string protocol, string endpoint)
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync(time);
        await using var client = Connect(fixture, protocol);
        await using var stream = await OpenAsync(client, endpoint);
        await stream.SendAsync(1);
        await fixture.Running();

        var stopping = fixture.Server.StopAsync();
        await Eventually.TrueAsync(() => fixture.Server.State == ServerState.Draining, "it drains");
        time.Advance(TimeSpan.FromSeconds(4.9));
        fixture.Server.RunningCalls.Should().Be(1, "five seconds have not passed");
        time.Advance(TimeSpan.FromSeconds(0.1));

        var error = (await FluentActions.Awaiting(() => ReadToEndAsync(stream)).Should().ThrowAsync<MicroException>()).Which;
        (error.Code, error.Kind).Should().Be((503, ErrorKind.Unavailable));
        error.Detail.Should().Contain("going away");
        await AdvanceUntilAsync(time, stopping);
        fixture.Logs.Entries.Should().ContainSingle(entry => entry.Id.Name == "StreamsEnded");
        fixture.Logs.Entries.Should().NotContain(entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Stop_HandlerAwaitsWithStopping_StreamEndsWithUnavailable_R33(string protocol)
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync(time);
        await using var client = Connect(fixture, protocol);
        await using var stream = await OpenAsync(client, "Test.Awaits");
        await stream.SendAsync(1);
        await fixture.Running();

        var stopping = fixture.Server.StopAsync();

        (await FluentActions.Awaiting(() => ReadToEndAsync(stream)).Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(503);
        await AdvanceUntilAsync(time, stopping);
        fixture.Logs.Entries.Should().NotContain(entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Theory]
    [InlineData("mucp", "Test.Deaf")]
    [InlineData("mucp", "Test.Floods")]
    [InlineData("grpc", "Test.Deaf")]
    [InlineData("grpc", "Test.Floods")]
    public async Task Stop_StreamNeverEndsOrIsNotRead_ServerStopsWithinTenSeconds_R11(string protocol, string endpoint)
    {
        var time = new ManualTimeProvider();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fixture = await StartAsync(time, gate: gate);
        await using var client = Connect(fixture, protocol);
        await using var stream = await OpenAsync(client, endpoint);
        await stream.SendAsync(1);
        await fixture.Running();
        var begin = time.GetTimestamp();

        var stopping = fixture.Server.StopAsync();
        await Eventually.TrueAsync(() => fixture.Server.State == ServerState.Draining, "it drains");
        await AdvanceUntilAsync(time, stopping);

        time.GetElapsedTime(begin).Should().BeLessThan(TimeSpan.FromSeconds(10));
        gate.SetResult();
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Open_ServerDrains_OpensOnAnotherNode_UnaryCallsAreServed_R33(string protocol)
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync(time, options => options.DrainDelay = TimeSpan.FromSeconds(1));
        await using var other = await StartAsync(new ManualTimeProvider());
        await using var single = Connect(fixture, protocol);
        await using var client = new GrpcClientFixture(options => options.Protocol = protocol, fixture.Address, other.Address);

        var stopping = fixture.Server.StopAsync();
        await Eventually.TrueAsync(() => fixture.Server.State == ServerState.Draining, "it drains");
        await Eventually.TrueAsync(
            async () =>
            {
                await using var late = await OpenAsync(single, "Test.Reads");
                return await FluentActions.Awaiting(() => ReadToEndAsync(late)).Should().ThrowAsync<MicroException>() is { Which.Code: 503 };
            },
            "a stream is refused");

        (await single.Client.CallAsync<int, int>("greeter", "Test.Echo", 7)).Should().Be(7, "unary calls are served");
        fixture.Server.RunningCalls.Should().Be(0);
        await AdvanceUntilAsync(time, stopping);
    }

    private static GrpcClientFixture Connect(GrpcServerFixture fixture, string protocol) =>
        new(options => options.Protocol = protocol, fixture.Address);

    private static Task<IClientStream<int, int>> OpenAsync(GrpcClientFixture client, string endpoint) =>
        client.Client.OpenStreamAsync<int, int>("greeter", endpoint, new CallOptions { Retries = 0 });

    private static async Task<List<int>> ReadToEndAsync(IClientStream<int, int> stream)
    {
        var messages = new List<int>();
        await foreach (var message in stream.ReadAllAsync())
        {
            messages.Add(message);
        }

        return messages;
    }

    private static Task AdvanceUntilAsync(ManualTimeProvider time, Task stopping) => Eventually.TrueAsync(
        () =>
        {
            if (!stopping.IsCompleted)
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
            }

            return stopping.IsCompleted;
        },
        "the server stops");

    private static Task<GrpcServerFixture> StartAsync(ManualTimeProvider time, Action<ServerOptions>? configure = null, TaskCompletionSource? gate = null) =>
        GrpcServerFixture.StartAsync(
            options =>
            {
                options.TimeProvider = time;
                configure?.Invoke(options);
            },
            server =>
            {
                server.Handle<int, int>("Test.Echo", (number, _) => Task.FromResult(number));
                server.HandleStream<int, int>("Test.Polite", async (stream, context) =>
                {
                    var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    await using var registration = context.Stopping.Register(stopped.SetResult);
                    await stream.WriteAsync(1);
                    await stopped.Task;
                    await stream.WriteAsync(-1);
                });
                server.HandleStream<int, int>("Test.Awaits", (_, context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.Stopping));
                server.HandleStream<int, int>("Test.Silent", (_, context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken));
                server.HandleStream<int, int>("Test.Reads", async (stream, _) =>
                {
                    await foreach (var number in stream.ReadAllAsync())
                    {
                    }
                });
                server.HandleStream<int, int>("Test.Writes", async (stream, _) =>
                {
                    while (true)
                    {
                        await stream.WriteAsync(1);
                        await Task.Delay(1);
                    }
                });
                server.HandleStream<int, int>("Test.Deaf", (_, _) => gate!.Task);
                server.HandleStream<int, string>("Test.Floods", async (stream, _) =>
                {
                    var text = new string('x', 100_000);
                    while (true)
                    {
                        await stream.WriteAsync(text);
                    }
                });
            });
}
