using Micro.Client;
using Micro.Testing;

namespace Micro.Server;

/// <summary>
/// The moment in which a server closes a connection that a client is about to use: the sender must learn that
/// nothing was executed (R11).
/// </summary>
public sealed class GoodbyeTests
{
    [Fact]
    public async Task Stop_RequestCrossesTheClose_IsAnsweredUnavailableAndNotExecuted_R11()
    {
        var executed = 0;
        await using var fixture = await StartAsync(() => executed++);
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Count", "1");
        (await socket.ReadAsync())!["Connection"].Should().BeNull("the server does not know yet that it will stop");

        var stopping = fixture.Server.StopAsync();
        await Eventually.TrueAsync(() => socket.IsReadable, "the good-bye");
        await socket.SendRequestAsync("Test.Count", "1");

        var goodbye = (await socket.ReadAsync())!;
        goodbye.StartLine.Should().Be("HTTP/1.1 503 Service Unavailable");
        goodbye["Connection"].Should().Be("close");
        goodbye.Error.Should().Contain("\"code\":503");
        (await socket.ReadAsync()).Should().BeNull();
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        executed.Should().Be(1);
    }

    [Fact]
    public async Task Stop_IdleConnectionOfAClient_IsNotUsedAgain_R11()
    {
        var executed = 0;
        await using var fixture = await StartAsync(() => executed++);
        await fixture.CallAsync<int, int>("Test.Count", 1);
        fixture.Client.IdleConnections.Should().Be(1);
        var address = fixture.Address;

        await fixture.Server.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));

        var call = () => fixture.Client.CallAsync<int, int>("test", "Test.Count", 1, new CallOptions { Addresses = [address], Retries = 0 });
        (await call.Should().ThrowAsync<MicroException>()).Which.Kind.Should().Be(ErrorKind.Connect);
    }

    [Fact]
    public async Task Call_AnsweredWithTheGoodbye_IsRepeatedElsewhere_R11()
    {
        const string Error = "{\"id\":\"test\",\"code\":503,\"detail\":\"server is stopping\",\"status\":\"Service Unavailable\"}";
        await using var stopping = new ScriptedServer(async (socket, _) =>
        {
            await socket.ReadAsync();
            await socket.SendAsync($"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nMicro-Error: {Error}\r\n\r\n");
        });
        await using var other = ScriptedServer.Answering("7\n");
        await using var client = new RpcClient(new ClientOptions(), _ => throw new InvalidOperationException("addresses are given"));

        var replies = new List<int>();
        for (var call = 0; call < 2; call++)
        {
            var options = new CallOptions { Addresses = [stopping.Address, other.Address], Idempotent = false };
            replies.Add(await client.CallAsync<int, int>("test", "Test.Count", 1, options));
        }

        replies.Should().Equal(7, 7);
        stopping.Connections.Should().BePositive();
    }

    private static Task<ServerFixture> StartAsync(Action executed) => ServerFixture.StartAsync(server =>
        server.Handle<int, int>("Test.Count", (number, _) =>
        {
            executed();
            return Task.FromResult(number);
        }));
}
