using Micro.Registry;
using Micro.Testing;

namespace Micro.Server;

public sealed class StopTests
{
    [Fact]
    public async Task Stop_DuringTheDrainDelay_CallsAreServedAndAskedToLeave_R_SRV_15()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync(options =>
        {
            options.DrainDelay = TimeSpan.FromSeconds(1);
            options.TimeProvider = time;
        });
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Echo", "1");
        (await socket.ReadAsync())!["Connection"].Should().BeNull();
        var address = fixture.Address;

        var stopping = fixture.Server.StopAsync();
        await Eventually.TrueAsync(async () => await CountAsync(fixture) == 0, "the node is withdrawn first");
        fixture.Server.State.Should().Be(ServerState.Draining);
        await Eventually.TrueAsync(
            async () =>
            {
                using var late = await RawSocket.ConnectAsync(address);
                await late.SendRequestAsync("Test.Echo", "3");
                return (await late.ReadAsync())!["Connection"] == "close";
            },
            "new connections are accepted and answers say close");
        await socket.SendRequestAsync("Test.Echo", "2");
        var reply = (await socket.ReadAsync())!;
        (reply.Text, reply["Connection"]).Should().Be(("2\n", "close"));
        (await socket.ReadAsync()).Should().BeNull();
        using var probe = await RawSocket.ConnectAsync(address);
        await probe.SendAsync("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
        var health = (await probe.ReadAsync())!;
        (health.StartLine, health["Connection"]).Should().Be(("HTTP/1.1 503 Service Unavailable", "close"));
        health.Text.Should().Contain("draining");

        stopping.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(1));
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        (fixture.Server.State, fixture.Server.Address).Should().Be((ServerState.NotRegistered, null));
        await FluentActions.Awaiting(() => RawSocket.ConnectAsync(address)).Should().ThrowAsync<System.Net.Sockets.SocketException>();
    }

    [Fact]
    public async Task Stop_RunningCall_IsFinished_IdleConnectionsEndAtOnce_R_SRV_15()
    {
        await using var fixture = await StartAsync();
        using var idle = await fixture.ConnectAsync();
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Gate", "5");
        await fixture.Running();

        var stopping = fixture.Server.StopAsync();
        (await idle.ReadAsync())!.Error.Should().Contain("stopping");
        (await idle.ReadAsync()).Should().BeNull();
        stopping.IsCompleted.Should().BeFalse();
        fixture.Gate.SetResult();

        var reply = (await socket.ReadAsync())!;
        (reply.Text, reply["Connection"]).Should().Be(("5\n", "close"));
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_ShutdownTimeoutOrImpatience_CancelsCallsWith408AndStreamsWith503_R_SRV_15(bool impatient)
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync(options =>
        {
            options.ShutdownTimeout = TimeSpan.FromMinutes(1);
            options.TimeProvider = time;
        });
        using var socket = await fixture.ConnectAsync();
        using var stream = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Wait", "5");
        await stream.SendRequestAsync("Test.Stream", "", "Micro-Stream: 1\r\n");
        (await stream.ReadAsync())!.Text.Should().Be("1\n");
        await fixture.Running(2);

        var stopping = fixture.Server.StopAsync();
        using var hurry = new CancellationTokenSource();
        var second = fixture.Server.StopAsync(hurry.Token);
        if (impatient)
        {
            await hurry.CancelAsync();
        }
        else
        {
            await Eventually.TrueAsync(
                () =>
                {
                    if (fixture.Logs.Entries.Any(entry => entry.Id.Name == "CallsCancelled"))
                    {
                        return true;
                    }

                    time.Advance(TimeSpan.FromSeconds(1));
                    return false;
                },
                "calls are cancelled in the end");
        }

        // Time stands still now, so that a busy machine does not use up the second that is left for these answers.
        (await socket.ReadAsync())!.Error.Should().Contain("\"code\":408", "it was executed in part, so it is not to be repeated unseen").And.Contain("stopping");
        (await stream.ReadAsync())!.Error.Should().Contain("\"code\":503").And.Contain("stopping");
        await Task.WhenAll(stopping, second).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Stop_HandlerIgnoresItsToken_StillEnds_R_SRV_15()
    {
        await using var fixture = await StartAsync(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(50));
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Gate", "5");
        await fixture.Running();
        await fixture.Server.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));
        fixture.Gate.SetResult();
        fixture.Logs.Entries.Should().NotContain(entry => entry.Message.Contains("unexpected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_BeforeStartAndTwice_DoesNothing_StartAgainWorks_R_SRV_15()
    {
        await using var registry = MemoryRegistry.Create();
        await using var server = new RpcServer(new ServerOptions { Name = "test", Address = "127.0.0.1:0", Registry = registry, DrainDelay = TimeSpan.Zero });
        server.Handle<int, int>("Test.Echo", (number, _) => Task.FromResult(number));
        await server.StopAsync();
        await server.StopAsync(new CancellationToken(canceled: true));
        for (var round = 0; round < 3; round++)
        {
            await server.StartAsync();
            await server.StartAsync();
            using (var socket = await RawSocket.ConnectAsync(server.Address!))
            {
                await socket.SendRequestAsync("Test.Echo", "1");
                (await socket.ReadAsync())!.Text.Should().Be("1\n");
            }

            (await registry.GetServiceAsync("test")).Should().ContainSingle();
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.StopAsync()));
            server.State.Should().Be(ServerState.NotRegistered);
            await FluentActions.Awaiting(() => registry.GetServiceAsync("test")).Should().ThrowAsync<ServiceNotFoundException>();
        }

        await server.DisposeAsync();
        await FluentActions.Awaiting(() => server.StartAsync()).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Stop_UnderLoad_NoCallIsLostOrHalf()
    {
        await using var fixture = await StartAsync(options => options.DrainDelay = TimeSpan.FromMilliseconds(300));
        await using var client = new Client.RpcClient(new Client.ClientOptions(), _ => throw new InvalidOperationException());
        var options = new Client.CallOptions { Addresses = [fixture.Address], Retries = 0 };
        var stopped = false;
        var answered = new int[8];
        var calls = Enumerable.Range(0, answered.Length).Select(caller => Task.Run(async () =>
        {
            while (!Volatile.Read(ref stopped))
            {
                try
                {
                    (await client.CallAsync<int, int>("test", "Test.Echo", caller, options)).Should().Be(caller);
                    Interlocked.Increment(ref answered[caller]);
                }
                catch (MicroException exception)
                {
                    exception.Kind.Should().BeOneOf(ErrorKind.Connect, ErrorKind.Broken, ErrorKind.NotSent, ErrorKind.Unavailable);
                    fixture.Server.State.Should().NotBe(ServerState.Registered);
                    return;
                }
            }
        })).ToArray();
        await Eventually.TrueAsync(() => Array.TrueForAll(answered, count => count > 0), "all callers are at work");
        await fixture.Server.StopAsync();
        Volatile.Write(ref stopped, true);
        await Task.WhenAll(calls);
    }

    private static async Task<int> CountAsync(ServerFixture fixture)
    {
        try
        {
            return (await fixture.Registry.GetServiceAsync("test")).Count;
        }
        catch (ServiceNotFoundException)
        {
            return 0;
        }
    }

    private static Task<ServerFixture> StartAsync(Action<ServerOptions>? configure = null)
    {
        ServerFixture? fixture = null;
        return ServerFixture.StartAsync(
            server =>
            {
                server.Handle<int, int>("Test.Echo", (number, _) => Task.FromResult(number));
                server.Handle<int, int>("Test.Gate", async (number, _) =>
                {
                    await fixture!.Gate.Task;
                    return number;
                });
                server.Handle<int, int>("Test.Wait", async (number, context) =>
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
                    return number;
                });
                server.HandleStream<int, int>("Test.Stream", async (stream, context) =>
                {
                    await stream.WriteAsync(1);
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
                });
            },
            configure,
            made => fixture = made);
    }
}
