using Micro.Server;
using Micro.Testing;

namespace Micro.Client;

/// <summary>Tests that the first timeout on a silently dead connection retires it: R4, R30.</summary>
public sealed class SilentConnectionTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Call_SharedConnectionGoesSilent_NextCallConnectsAnew_R4()
    {
        await using var server = await StartAsync();
        await using var proxy = new CutProxy(server.Address);
        await using var client = MakeClient();
        var options = new CallOptions { Addresses = [proxy.Address], Retries = 0 };
        await client.CallAsync<string, string>("test", "Test.Echo", "first", options);
        await client.CallAsync<string, string>("test", "Test.Echo", "shared", options);

        proxy.Cut();
        (await TimesOutAsync(client, "lost", options)).Kind.Should().Be(ErrorKind.Timeout);

        (await client.CallAsync<string, string>("test", "Test.Echo", "next", options)).Should().Be("next");
        proxy.Connections.Should().Be(2);
    }

    [Fact]
    public async Task Call_IdleConnectionsGoSilent_NoneIsUsedAgain_R4()
    {
        var both = new SemaphoreSlim(0);
        await using var server = new ScriptedServer(async (socket, _) =>
        {
            while (await socket.ReadAsync(60) is not null)
            {
                await both.WaitAsync(TimeSpan.FromSeconds(60));
                await socket.SendReplyAsync("\"go\"", "Content-Type: application/json\r\n");
            }
        });
        await using var proxy = new CutProxy(server.Address);
        await using var client = MakeClient(new Node { Id = "n", Address = proxy.Address });
        var calls = Enumerable.Range(0, 3).Select(_ => client.CallAsync<string, string>("go", "Test.Echo", "x", null)).ToList();
        await Eventually.TrueAsync(() => server.Connections == 3, "three connections");
        both.Release(3);
        await Task.WhenAll(calls);

        proxy.Cut();
        await TimesOutAsync(client, "lost", new CallOptions { Retries = 0 });

        both.Release();
        (await client.CallAsync<string, string>("go", "Test.Echo", "x", null)).Should().Be("go");
        proxy.Connections.Should().Be(4);
    }

    [Fact]
    public async Task Call_TimesOutOnSlowServer_CallsInFlightThereAreStillAnswered()
    {
        await using var server = await StartAsync();
        await using var client = MakeClient();
        var options = new CallOptions { Addresses = [server.Address], Retries = 0, AttemptTimeout = TimeSpan.FromSeconds(30) };
        await client.CallAsync<string, string>("test", "Test.Echo", "first", options);
        var waiting = client.CallAsync<string, string>("test", "Test.Wait", "waits", options);
        await server.Running();

        await TimesOutAsync(client, "x", options, "Test.Wait");
        (await client.CallAsync<string, string>("test", "Test.Echo", "next", options)).Should().Be("next");
        server.Server.Connections.Should().Be(2);
        server.Gate.SetResult();

        (await waiting).Should().Be("waits");
        await Eventually.TrueAsync(() => server.Server.Connections == 1, "the first connection is closed with its last call");
    }

    [Fact]
    public async Task Dispose_CallsWaitOnARetiredConnection_TheyFail()
    {
        await using var server = await StartAsync();
        var client = MakeClient();
        var options = new CallOptions { Addresses = [server.Address], Retries = 0, AttemptTimeout = TimeSpan.FromSeconds(60) };
        await client.CallAsync<string, string>("test", "Test.Echo", "first", options);
        var waiting = client.CallAsync<string, string>("test", "Test.Wait", "waits", options);
        await server.Running();
        await TimesOutAsync(client, "x", options, "Test.Wait");

        await client.DisposeAsync();

        var wait = () => waiting.WaitAsync(TimeSpan.FromSeconds(20));
        await wait.Should().ThrowAsync<MicroException>();
        server.Gate.SetResult();
    }

    private static RpcClient MakeClient(Node? node = null) => new(
        new ClientOptions { Selector = node is null ? null : new FixedSelector { Nodes = [node] } },
        _ => throw new InvalidOperationException("the node is given"));

    private static async Task<MicroException> TimesOutAsync(RpcClient client, string text, CallOptions options, string endpoint = "Test.Echo")
    {
        var call = () => client.CallAsync<string, string>("test", endpoint, text, options with { AttemptTimeout = Short });
        return (await call.Should().ThrowAsync<MicroException>()).Which;
    }

    private static Task<ServerFixture> StartAsync()
    {
        ServerFixture fixture = null!;
        return ServerFixture.StartAsync(
            server =>
            {
                server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text));
                server.Handle<string, string>("Test.Wait", async (text, _) =>
                {
                    await fixture.Gate.Task;
                    return text;
                });
            },
            made: made => fixture = made);
    }
}
