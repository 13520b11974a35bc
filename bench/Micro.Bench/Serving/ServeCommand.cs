using System.CommandLine;

namespace Micro.Bench.Serving;

/// <summary><c>serve KIND</c>: the hidden command for the server processes of other commands.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    public static Command Create()
    {
        var kind = new Argument<ServerKind>("kind") { Description = "what to serve" };
        var request = new Option<int>("--request") { Description = "bytes of a raw request" };
        var reply = new Option<int>("--reply") { Description = "bytes of a raw reply" };
        var command = new Command(Name, "run one server until standard input ends") { Hidden = true };
        command.Arguments.Add(kind);
        command.Options.Add(request);
        command.Options.Add(reply);
        command.SetAction(async (parsed, _) =>
        {
            await using var server = await StartAsync(parsed.GetValue(kind), parsed.GetValue(request), parsed.GetValue(reply));
            await ServerConversation.RunAsync(server.Ready);
            return 0;
        });
        return command;
    }

    private static async Task<IBenchServer> StartAsync(ServerKind kind, int request, int reply) => kind switch
    {
        ServerKind.Raw => RawServer.Start(request, reply),
        ServerKind.Http => await HttpServer.StartAsync(),
        ServerKind.GrpcDotnet => await GrpcDotnetServer.StartAsync(),
        ServerKind.MicroStub => await MicroEchoServer.StartAsync(new EchoService()),
        _ => await MicroEchoServer.StartAsync(),
    };
}
