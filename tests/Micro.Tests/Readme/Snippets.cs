using Micro.Server;

namespace Micro.Tests.Readme;

/// <summary>The code of the README, compiled. <see cref="ReadmeTests"/> compares the lines.</summary>
public static class Snippets
{
    public static async Task<int> Server(string[] args)
    {
        await using var service = MicroService.Create(o => o.Name("greeter"), args);
        service.Handle(new Greeter());
        return await service.RunAsync();
    }

    public static async Task<int> Client(string[] args)
    {
        await using var service = MicroService.Create(o => o.Name("greeter.client"), args);
        try
        {
            var response = await service.Client.CallAsync<HelloRequest, HelloResponse>(
                "greeter", "Greeter.Hello", new HelloRequest { Name = "Anna" });
            Console.WriteLine(response.Msg);
            return 0;
        }
        catch (Exception exception) when (exception is MicroException or MicroConfigurationException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return exception is MicroException ? 1 : 2; // 2: wrong input
        }
    }

    public sealed record HelloRequest { public string Name { get; init; } = ""; }
    public sealed record HelloResponse { public string Msg { get; init; } = ""; }

    public sealed class Greeter
    {
        [Idempotent] public HelloResponse Hello(HelloRequest request) => new() { Msg = $"Hello {request.Name}" };
    }
}
