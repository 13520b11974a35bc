using Micro.Server;

namespace Micro.Client;

/// <summary>Servers and clients for tests of connections that many calls share.</summary>
internal static class MultiplexingSetup
{
    public static Task<ServerFixture> StartAsync()
    {
        ServerFixture? made = null;
        return ServerFixture.StartAsync(
            server =>
            {
                server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text));
                server.Handle<string, string>("Test.Wait", async (text, _) =>
                {
                    await made!.Gate.Task;
                    return text;
                });
            },
            made: fixture => made = fixture);
    }

    /// <summary>Starts a scripted server: its first reply accepts multiplexing, the test sends the rest.</summary>
    public static ScriptedServer Multiplexing(Func<RawSocket, RawMessage, Task> script) => new(async (socket, _) =>
    {
        if (await socket.ReadAsync(60) is { } first)
        {
            await ReplyAsync(socket, first["Micro-Id"]!, "\"first\"", "Micro-Mux: 1\r\n");
            await script(socket, first);
        }
    });

    public static Task ReplyAsync(RawSocket socket, string id, string body, string headers = "") =>
        socket.SendReplyAsync(body, $"Content-Type: application/json\r\nMicro-Id: {id}\r\n{headers}");

    public static RpcClient MakeClient(Node? node = null) =>
        new(new ClientOptions(), _ => node is null ? throw new InvalidOperationException("addresses are given") : new FixedSelector { Nodes = [node] });
}
