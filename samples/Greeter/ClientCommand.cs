using Micro;
using Micro.Client;

namespace Greeter;

/// <summary><c>client [flags]</c>: calls the service and prints each reply on a line.</summary>
internal static class ClientCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var flags = new ClientFlags();
        await using var service = MicroService.Create(
            options => options.Name("greeter.client").Flags(flags.All).Action(flags.Read),
            args);
        if (args.Any(arg => arg is "--help" or "-help" or "-h"))
        {
            return await service.RunAsync();
        }

        try
        {
            var call = new CallOptions { ContentType = flags.ContentType, Addresses = flags.Addresses };
            var client = new Greeter.Client(service.Client, flags.Service);
            if (flags.Mode == ClientMode.Load)
            {
                return await LoadAsync(client, flags, call);
            }

            await (flags.Mode switch
            {
                ClientMode.Stream => StreamAsync(client, flags, call),
                ClientMode.PingPong => PingPongAsync(client, flags, call),
                _ => HelloAsync(client, flags, call),
            });
            return 0;
        }
        catch (MicroConfigurationException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
        catch (MicroException exception)
        {
            await Console.Error.WriteLineAsync($"error {exception.Code} {exception.Id}: {exception.Detail}");
            return 1;
        }
    }

    private static async Task HelloAsync(Greeter.Client client, ClientFlags flags, CallOptions call)
    {
        for (var number = 0L; number < flags.Count; number++)
        {
            var response = await client.HelloAsync(new Request { Name = flags.Name }, call);
            Console.WriteLine(response.Msg);
        }
    }

    private static async Task<int> LoadAsync(Greeter.Client client, ClientFlags flags, CallOptions call)
    {
        // With --json nothing but the summary goes to standard output.
        var progress = flags.Load.Json ? Console.Error : Console.Out;
        var summary = await new LoadRun(client, flags, call).RunAsync(progress.WriteLine);
        Console.WriteLine(flags.Load.Json ? summary.ToJson() : $"total: {summary}");
        return summary.Failed == 0 ? 0 : 1;
    }

    private static async Task StreamAsync(Greeter.Client client, ClientFlags flags, CallOptions call)
    {
        await foreach (var response in client.StreamAsync(new StreamRequest { Count = flags.Count }, call))
        {
            Console.WriteLine(response.Count);
        }
    }

    private static async Task PingPongAsync(Greeter.Client client, ClientFlags flags, CallOptions call)
    {
        await using var stream = await client.PingPongAsync(call);
        await using var pongs = stream.ReadAllAsync().GetAsyncEnumerator();
        for (var stroke = 1L; stroke <= flags.Count; stroke++)
        {
            await stream.SendAsync(new Ping { Stroke = stroke });
            if (!await pongs.MoveNextAsync())
            {
                throw new MicroException(500, "greeter.client", $"the stream ended after {stroke - 1} pongs");
            }

            Console.WriteLine(pongs.Current.Stroke);
        }
    }
}
