using Grpc.Core;
using Micro;
using CallOptions = Micro.Client.CallOptions;

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
        if (args.Any(arg => arg is "--help" or "-help" or "-h" or "--settings" or "-settings"))
        {
            return await service.RunAsync();
        }

        try
        {
            var call = new CallOptions { ContentType = flags.ContentType, Addresses = flags.Addresses };
            if (flags.Mode == ClientMode.Load)
            {
                return await LoadAsync(service, flags, call);
            }

            var client = new Greeter.GreeterClient(service.Client.AsCallInvoker(flags.Service, call));

            await (flags.Mode switch
            {
                ClientMode.Stream => StreamAsync(client, flags),
                ClientMode.PingPong => PingPongAsync(client, flags),
                _ => HelloAsync(client, flags),
            });
            return 0;
        }
        catch (MicroConfigurationException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
        catch (RpcException exception)
        {
            await Console.Error.WriteLineAsync(ErrorText.Of(exception));
            return 1;
        }
    }

    private static async Task HelloAsync(Greeter.GreeterClient client, ClientFlags flags)
    {
        for (var number = 0L; number < flags.Count; number++)
        {
            var response = await client.HelloAsync(new Request { Name = flags.Name });
            Console.WriteLine(response.Msg);
        }
    }

    private static async Task<int> LoadAsync(MicroService service, ClientFlags flags, CallOptions call)
    {
        // With --json nothing but the summary goes to standard output.
        var progress = flags.Load.Json ? Console.Error : Console.Out;
        var summary = await new LoadRun(service.Client, flags, call).RunAsync(progress.WriteLine);
        Console.WriteLine(flags.Load.Json ? summary.ToJson() : $"total: {summary}");
        return summary.Failed == 0 ? 0 : 1;
    }

    private static async Task StreamAsync(Greeter.GreeterClient client, ClientFlags flags)
    {
        using var call = client.Stream(new StreamRequest { Count = flags.Count });
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            Console.WriteLine(response.Count);
        }
    }

    private static async Task PingPongAsync(Greeter.GreeterClient client, ClientFlags flags)
    {
        using var call = client.PingPong();
        for (var stroke = 1L; stroke <= flags.Count; stroke++)
        {
            await call.RequestStream.WriteAsync(new Ping { Stroke = stroke });
            if (!await call.ResponseStream.MoveNext(CancellationToken.None))
            {
                throw new RpcException(new Status(StatusCode.DataLoss, $"the stream ended after {stroke - 1} pongs"));
            }

            Console.WriteLine(call.ResponseStream.Current.Stroke);
        }
    }
}
