using System.Net;
using System.Net.Sockets;
using Micro.Registry;
using Micro.Server.Debug;
using Micro.Testing;

namespace Micro.Server;

public sealed class LimitsAndHealthTests
{
    [Fact]
    public async Task Health_EachState_AnswersForProbes()
    {
        var time = new ManualTimeProvider();
        await using var inner = MemoryRegistry.Create();
        var registry = new FaultRegistry(inner) { WriteError = new RegistryDeniedException("memory", "canary of the registry") };
        await using var fixture = await StartAsync(options => (options.Registry, options.TimeProvider) = (registry, time));
        await ExpectAsync(fixture, "GET /health", 503, "\"not registered\"");
        await ExpectAsync(fixture, "GET /health/live", 200, "\"up\"");
        await ExpectAsync(fixture, "GET /health/ready?verbose", 503, "\"down\"");
        (await fixture.CallAsync<object, HealthStatus>("Debug.Health", new object())).Status.Should().Be("unhealthy");

        registry.WriteError = null;
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return fixture.Server.State == ServerState.Registered;
            },
            "it registers as soon as it can");
        await ExpectAsync(fixture, "GET /health", 200, "\"registered\"");
        await ExpectAsync(fixture, "GET /health/ready", 200, "\"up\"");
        (await fixture.CallAsync<object, HealthStatus>("Debug.Health", new object())).Status.Should().Be("ok");
    }

    [Fact]
    public async Task Health_RegistryDoesNotAnswerAtTheStart_IsReadyAndDegraded()
    {
        await using var inner = MemoryRegistry.Create();
        var registry = new FaultRegistry(inner) { WriteError = new RegistryUnavailableException("memory", "canary of the registry") };
        await using var fixture = await StartAsync(options => options.Registry = registry);

        await ExpectAsync(fixture, "GET /health", 200, "\"not registered\"");
        await ExpectAsync(fixture, "GET /health/ready", 200, "\"degraded\":true");
        (await fixture.CallAsync<object, HealthStatus>("Debug.Health", new object())).Status.Should().Be("ok");
    }

    [Fact]
    public async Task Health_SeveralProbesOnOneConnection_HeadHasNoBody()
    {
        await using var fixture = await StartAsync();
        using var socket = await fixture.ConnectAsync();
        for (var round = 0; round < 3; round++)
        {
            await socket.SendAsync("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
            (await socket.ReadAsync())!.StartLine.Should().Be("HTTP/1.1 200 OK");
        }

        await socket.SendAsync("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        (await socket.ReadAsync())!["Connection"].Should().Be("close");
        (await socket.ReadAsync()).Should().BeNull();
        using var other = await fixture.ConnectAsync();
        await other.SendAsync("HEAD /health HTTP/1.0\r\n\r\n");
        await Eventually.TrueAsync(() => fixture.Server.Connections <= 1, "HTTP/1.0 closes");
    }

    [Fact]
    public async Task DebugStats_CountsRequestsAndErrors_R_SRV_16()
    {
        await using var fixture = await StartAsync();
        await fixture.CallAsync<int, int>("Test.Echo", 1);
        await FluentActions.Awaiting(() => fixture.CallAsync<int, int>("Test.Nope", 1)).Should().ThrowAsync<MicroException>();
        var stats = await fixture.CallAsync<StatsRequest, StatsResponse>("Debug.Stats", new StatsRequest());
        (stats.Requests, stats.Errors).Should().Be((3, 1));
        fixture.Server.Record!.Endpoints.Should().OnlyContain(endpoint => endpoint.Name.StartsWith("Test."), "the debug handler is not advertised");
    }

    [Fact]
    public async Task SlowClients_AreCut_S14_S15()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync(options => options.TimeProvider = time);
        using var idle = await fixture.ConnectAsync();
        using var head = await fixture.ConnectAsync();
        using var body = await fixture.ConnectAsync();
        using var chunks = await fixture.ConnectAsync();
        using var steady = await fixture.ConnectAsync();
        await head.SendAsync("POST / HTTP/1.1\r\nHost");
        await body.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc");
        await chunks.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        await Eventually.TrueAsync(() => fixture.Server.Connections == 5, "all are accepted");

        // Time passes only in step with answers: however busy the machine is, it does not run away from the server.
        await Eventually.TrueAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await steady.SendRequestAsync("Test.Echo", "1");
                (await steady.ReadAsync())!.Text.Should().Be("1\n", "who is not slow is left alone");
                return fixture.Server.Connections == 2;
            },
            "the three slow ones are cut");
        foreach (var slow in new[] { head, body, chunks })
        {
            (await slow.ReadAsync()).Should().BeNull("it sent too slowly");
        }

        await idle.SendRequestAsync("Test.Echo", "2");
        (await idle.ReadAsync())!.Text.Should().Be("2\n", "idle ones are left alone for longer");

        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return fixture.Server.Connections == 0;
            },
            "the idle ones are cut in the end");
        (await idle.ReadAsync()).Should().BeNull();
        (await steady.ReadAsync()).Should().BeNull();
    }

    [Fact]
    public async Task SlowHead_AfterAMessage_IsCutAfterTheHeaderTimeout_S14()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync(options =>
        {
            options.TimeProvider = time;
            options.Limits.StallTimeout = options.Limits.IdleTimeout = TimeSpan.FromDays(1);
        });
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Echo", "1");
        (await socket.ReadAsync())!.Text.Should().Be("1\n");
        await socket.SendAsync("POST / HTTP/1.1\r\nHost");
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return fixture.Server.Connections == 0;
            },
            "the time limit of a body does not count for the next head");
        (await socket.ReadAsync()).Should().BeNull("it sent too slowly");
    }

    [Fact]
    public async Task IdleTime_CountsAgainAfterTheLastStream_S15()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync(options => options.TimeProvider = time);
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Stream", "", "Micro-Stream: 1\r\n");
        await fixture.Running();
        time.Advance(TimeSpan.FromMinutes(10));
        await socket.SendRequestAsync("Test.Echo", "1");
        (await socket.ReadAsync())!.Text.Should().Be("1\n", "with a stream open silence is allowed");
        fixture.Gate.SetResult();
        (await socket.ReadAsync())!.Error.Should().Be("EOS");
        await Eventually.TrueAsync(() => fixture.Server.RunningCalls == 0, "the stream has ended");
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return fixture.Server.Connections == 0;
            },
            "the silent connection is cut");
    }

    [Fact]
    public async Task ClientThatDoesNotRead_IsCut_S14()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync(options => options.TimeProvider = time);
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Flood", "", "Micro-Stream: 1\r\n");
        await fixture.Running();
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return fixture.Server.Connections == 0 && fixture.Server.RunningCalls == 0;
            },
            "the connection is cut and its handler ends");
    }

    [Fact]
    public async Task MaxConnections_OneMoreIsClosed_S15()
    {
        await using var fixture = await StartAsync(options => options.Limits.MaxConnections = 2);
        using var first = await fixture.ConnectAsync();
        using var second = await fixture.ConnectAsync();
        await Eventually.TrueAsync(() => fixture.Server.Connections == 2, "two are served");
        using var third = await fixture.ConnectAsync();
        (await third.ReadAsync()).Should().BeNull();
        await first.SendRequestAsync("Test.Echo", "1");
        (await first.ReadAsync())!.Text.Should().Be("1\n");
        first.Dispose();
        await Eventually.TrueAsync(() => fixture.Server.Connections == 1, "there is room again");
        await Eventually.TrueAsync(
            async () =>
            {
                using var fourth = await fixture.ConnectAsync();
                try
                {
                    await fourth.SendRequestAsync("Test.Echo", "4");
                }
                catch (IOException)
                {
                    // Closed already: the first one is still counted below the protocol.
                    return false;
                }

                return (await fourth.ReadAsync())?.Text == "4\n";
            },
            "the next one is served");
    }

    [Fact]
    public async Task Listen_PortTaken_FailsClearly_RangeTakesTheNext()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var start = () => StartAsync(options => options.Address = $"127.0.0.1:{port}");
        (await start.Should().ThrowAsync<IOException>()).WithMessage($"*127.0.0.1:{port}*");

        await using var fixture = await StartAsync(options => options.Address = $"127.0.0.1:{port}-{Math.Min(port + 20, 65535)}");
        IPEndPoint.Parse(fixture.Address).Port.Should().BeGreaterThan(port);
        fixture.Server.Record!.Nodes[0].Address.Should().Be(fixture.Address);
    }

    [Fact]
    public async Task Listen_HostOfAnotherMachine_FailsClearly()
    {
        var start = () => StartAsync(options => options.Address = "192.0.2.1:0");
        (await start.Should().ThrowAsync<IOException>()).WithMessage("*192.0.2.1*");
    }

    [Fact]
    public async Task Listen_FailedStart_LeavesTheServerStartable()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var registry = MemoryRegistry.Create();
        await using var server = new RpcServer(new ServerOptions { Name = "test", Address = taken.LocalEndpoint.ToString()!, Registry = registry, DrainDelay = TimeSpan.Zero });
        await FluentActions.Awaiting(() => server.StartAsync()).Should().ThrowAsync<IOException>();
        (server.Address, server.State).Should().Be((null, ServerState.NotRegistered));
        taken.Stop();
        await server.StartAsync();
        server.State.Should().Be(ServerState.Registered);
    }

    private static async Task ExpectAsync(ServerFixture fixture, string request, int status, string text)
    {
        using var socket = await fixture.ConnectAsync();
        await socket.SendAsync($"{request} HTTP/1.1\r\nHost: x\r\n\r\n");
        var reply = (await socket.ReadAsync())!;
        reply.StartLine.Should().StartWith($"HTTP/1.1 {status} ");
        reply.Text.Should().Contain(text).And.NotContain("canary");
    }

    private static Task<ServerFixture> StartAsync(Action<ServerOptions>? configure = null)
    {
        ServerFixture? fixture = null;
        return ServerFixture.StartAsync(
            server =>
            {
                server.Handle<int, int>("Test.Echo", (number, _) => Task.FromResult(number));
                server.HandleStream<int, int>("Test.Stream", async (_, _) => await fixture!.Gate.Task);
                server.HandleStream<int, byte[]>("Test.Flood", async (stream, _) =>
                {
                    while (true)
                    {
                        await stream.WriteAsync(new byte[64 * 1024]);
                    }
                });
            },
            configure,
            made => fixture = made);
    }

    private sealed record HealthStatus(string Status);
}
