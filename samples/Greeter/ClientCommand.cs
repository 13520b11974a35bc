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
            if (flags.Mode == ClientMode.Load)
            {
                return await LoadAsync(service.Client, flags, call);
            }

            await (flags.Mode switch
            {
                ClientMode.Stream => StreamAsync(service.Client, flags, call),
                ClientMode.PingPong => PingPongAsync(service.Client, flags, call),
                _ => HelloAsync(service.Client, flags, call),
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

    private static async Task HelloAsync(IMicroClient client, ClientFlags flags, CallOptions call)
    {
        for (var number = 0L; number < flags.Count; number++)
        {
            var response = await client.CallAsync<Request, Response>(flags.Service, "Greeter.Hello", new Request { Name = flags.Name }, call);
            Console.WriteLine(response.Msg);
        }
    }

    private static async Task<int> LoadAsync(IMicroClient client, ClientFlags flags, CallOptions call)
    {
        // With --json nothing but the summary goes to standard output.
        var progress = flags.Load.Json ? Console.Error : Console.Out;
        var summary = await new LoadRun(client, flags, call).RunAsync(progress.WriteLine);
        Console.WriteLine(flags.Load.Json ? summary.ToJson() : $"total: {summary}");
        return summary.Failed == 0 ? 0 : 1;
    }

    private static async Task StreamAsync(IMicroClient client, ClientFlags flags, CallOptions call)
    {
        await using var stream = await client.OpenStreamAsync<StreamRequest, StreamResponse>(flags.Service, "Greeter.Stream", call);
        await stream.SendAsync(new StreamRequest { Count = flags.Count });
        await foreach (var response in stream.ReadAllAsync())
        {
            Console.WriteLine(response.Count);
        }
    }

    private static async Task PingPongAsync(IMicroClient client, ClientFlags flags, CallOptions call)
    {
        await using var stream = await client.OpenStreamAsync<Ping, Pong>(flags.Service, "Greeter.PingPong", call);
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
