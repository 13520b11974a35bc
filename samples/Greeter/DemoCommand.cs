using Grpc.Core;
using Micro;
using Micro.Selection;

namespace Greeter;

/// <summary>
/// No command: three nodes in separate processes and a client that finds them through the registry. When all have
/// answered, one node is stopped; no call fails.
/// </summary>
internal static class DemoCommand
{
    private const int Nodes = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(string[] args)
    {
        var answered = new AnsweringNode();
        await using var service = MicroService.Create(
            options => options.Name("greeter.demo").Strategy(SelectorStrategies.RoundRobin).WrapCall(answered),
            args);
        if (args.Any(arg => arg is "--help" or "-help" or "-h" or "--settings" or "-settings"))
        {
            return await service.RunAsync();
        }

        try
        {
            // Invalid flags are reported before any process is started.
            var client = new Greeter.GreeterClient(service.Client.AsCallInvoker("greeter"));
            await using var processes = NodeProcesses.Start(Nodes, args);
            var code = await RunAsync(client, answered, processes);

            // The client stops first, so that it does not report the end of the nodes.
            await service.DisposeAsync();
            return code;
        }
        catch (MicroConfigurationException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
        catch (Exception exception) when (exception is RpcException or TimeoutException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"demo failed: {ErrorText.Of(exception)}");
            return 1;
        }
    }

    private static async Task<int> RunAsync(Greeter.GreeterClient client, AnsweringNode answered, NodeProcesses processes)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var limit = new CancellationTokenSource(Patience);
        while (seen.Count < Nodes)
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"only {seen.Count} of {Nodes} nodes answered within {Patience.TotalSeconds} s");
            }

            // The demo waits for the first registered node.
            if (await GreetAsync(client, answered, tolerateMissing: seen.Count == 0) is { } pid)
            {
                seen.Add(pid);
            }

            await Task.Delay(Pause);
        }

        var stopped = processes.StopOne();
        Console.WriteLine($"stopping the node with pid={stopped}");
        seen.Clear();
        for (var call = 0; call < 30; call++)
        {
            if (await GreetAsync(client, answered, tolerateMissing: false) is { } pid && call >= 20)
            {
                seen.Add(pid);
            }

            await Task.Delay(Pause);
        }

        return seen.Count == Nodes - 1
            ? 0
            : throw new InvalidOperationException($"{seen.Count} nodes answered after one of {Nodes} was stopped");
    }

    /// <summary>Calls once, prints the node that answered and returns its process id.</summary>
    private static async Task<string?> GreetAsync(Greeter.GreeterClient client, AnsweringNode answered, bool tolerateMissing)
    {
        try
        {
            var response = await client.HelloAsync(new Request { Name = "World" });
            var node = answered.Last ?? throw new InvalidOperationException("a call succeeded without an attempt");
            var pid = node.Metadata.TryGetValue("pid", out var value) ? value : "?";
            Console.WriteLine($"{response.Msg} node={node.Id} pid={pid}");
            return pid;
        }
        catch (RpcException exception) when (tolerateMissing && exception.StatusCode is StatusCode.NotFound)
        {
            return null;
        }
    }
}
