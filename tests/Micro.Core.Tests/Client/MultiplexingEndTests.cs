using Micro.Server;
using Micro.Testing;
using static Micro.Client.MultiplexingSetup;

namespace Micro.Client;

/// <summary>Tests the end of shared connections.</summary>
public sealed class MultiplexingEndTests
{
    [Fact]
    public async Task Connection_BreaksUnderCalls_KindIsBroken()
    {
        await using var server = Multiplexing(async (socket, _) =>
        {
            await socket.ReadAsync(60);
            await socket.ReadAsync(60);
        });
        await using var client = MakeClient();
        var options = new CallOptions { Addresses = [server.Address], Retries = 0 };
        await client.CallAsync<string, string>("s", "Test.Echo", "first", options);

        var calls = new[] { "a", "b" }.Select(text => client.CallAsync<string, string>("s", "Test.Echo", text, options)).ToList();

        foreach (var call in calls)
        {
            var wait = () => call;
            (await wait.Should().ThrowAsync<MicroException>()).Which.Kind.Should().Be(ErrorKind.Broken);
        }
    }

    [Fact]
    public async Task Server_GoesAway_UnansweredCallsAreRepeatedElsewhere()
    {
        await using var leaving = Multiplexing(async (socket, _) =>
        {
            await socket.ReadAsync(60);
            await socket.SendAsync(
                "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nMicro-Error: {\"id\":\"s\",\"code\":503,\"detail\":\"server is stopping\",\"status\":\"Service Unavailable\"}\r\n\r\n");
            await socket.ReadAsync(60);
        });
        await using var other = ScriptedServer.Answering("\"other\"");
        await using var client = MakeClient();
        await client.CallAsync<string, string>("s", "Test.Echo", "first", new CallOptions { Addresses = [leaving.Address] });

        // Twice, because addresses are taken in turn: one of the two meets the server that leaves.
        var options = new CallOptions { Addresses = [leaving.Address, other.Address] };
        var replies = new[]
        {
            await client.CallAsync<string, string>("s", "Test.Echo", "x", options),
            await client.CallAsync<string, string>("s", "Test.Echo", "x", options),
        };

        replies.Should().Equal("other", "other");
    }

    [Fact]
    public async Task Reply_WithClose_NextCallUsesAnotherConnection()
    {
        await using var server = new ScriptedServer(async (socket, number) =>
        {
            var first = await socket.ReadAsync(60);
            await ReplyAsync(socket, first!["Micro-Id"]!, "\"first\"", "Micro-Mux: 1\r\n");
            if (number > 0)
            {
                await socket.ReadAsync(60);
                return;
            }

            var next = await socket.ReadAsync(60);
            await ReplyAsync(socket, next!["Micro-Id"]!, "\"last\"", "Connection: close\r\n");
            await socket.ReadAsync(60);
        });
        await using var client = MakeClient();
        var options = new CallOptions { Addresses = [server.Address], Retries = 0 };
        string[] replies =
        [
            await client.CallAsync<string, string>("s", "Test.Echo", "x", options),
            await client.CallAsync<string, string>("s", "Test.Echo", "x", options),
            await client.CallAsync<string, string>("s", "Test.Echo", "x", options),
        ];

        replies.Should().Equal("first", "last", "first");
        server.Connections.Should().Be(2);
    }

    [Fact]
    public async Task Reply_TooLarge_FailsItsOwnCallOnly()
    {
        await using var fixture = await ServerFixture.StartAsync(server =>
        {
            server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text));
            server.Handle<string, byte[]>("Test.Large", (_, _) => Task.FromResult(new byte[300_000]));
        });
        var limits = new ClientOptions { Limits = { MaxMessageBytes = 200_000 } };
        await using var client = new RpcClient(limits, _ => throw new InvalidOperationException("addresses are given"));
        var options = new CallOptions { Addresses = [fixture.Address], ContentType = "application/json" };
        await client.CallAsync<string, string>("s", "Test.Echo", "first", options);

        var call = () => client.CallAsync<string, byte[]>("s", "Test.Large", "x", options);

        (await call.Should().ThrowAsync<MicroException>()).Which.Kind.Should().Be(ErrorKind.Protocol);
        (await client.CallAsync<string, string>("s", "Test.Echo", "next", options)).Should().Be("next");
        fixture.Server.Connections.Should().Be(1);
    }

    [Fact]
    public async Task Pool_ConnectionIdleForItsTtl_IsClosed()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await StartAsync();
        await using var client = new RpcClient(
            new ClientOptions { TimeProvider = time, PoolTtl = TimeSpan.FromSeconds(10) }, _ => throw new InvalidOperationException("addresses are given"));
        await client.CallAsync<string, string>("s", "Test.Echo", "x", new CallOptions { Addresses = [fixture.Address] });
        fixture.Server.Connections.Should().Be(1);

        for (var step = 0; step < 5; step++)
        {
            time.Advance(TimeSpan.FromSeconds(5));
        }

        await Eventually.TrueAsync(() => fixture.Server.Connections == 0, "the connection is closed");
    }

    [Fact]
    public async Task Dispose_CallsWait_TheyFail()
    {
        await using var fixture = await StartAsync();
        var client = MakeClient();
        var options = new CallOptions { Addresses = [fixture.Address], Retries = 0 };
        await client.CallAsync<string, string>("s", "Test.Echo", "x", options);
        var waiting = client.CallAsync<string, string>("s", "Test.Wait", "x", options);
        await fixture.Running();

        await client.DisposeAsync();

        var wait = () => waiting.WaitAsync(TimeSpan.FromSeconds(20));
        await wait.Should().ThrowAsync<MicroException>();
        fixture.Gate.SetResult();
    }
}
