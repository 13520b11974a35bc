using Micro.Testing;

namespace Micro.Registry.Nats.Tests;

/// <summary>Services that find each other by <c>--registry=nats</c>.</summary>
public sealed class NatsServiceTests
{
    [SkippableFact]
    public async Task Call_RegistryChosenByFlag_ReachesTheServiceAlsoAfterTheServerWasAway()
    {
        Skip.If(NatsServer.SkipReason is not null, NatsServer.SkipReason);
        await using var nats = await NatsServer.StartAsync();
        await using var service = Create("greeter", nats);
        service.Handle<Request, Response>("Greeter.Hello", static (request, _) => Task.FromResult(new Response($"Hello {request.Name}")));
        await service.StartAsync();
        await using var caller = Create("caller", nats);

        var before = await CallAsync(caller);
        nats.Kill();
        var during = await CallAsync(caller);
        await nats.StartAsync();
        await using var other = Create("other", nats);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return (await CallAsync(other)).Msg == "Hello Anna";
                }
                catch (MicroException)
                {
                    return false;
                }
            },
            "a new client finds the service");

        before.Msg.Should().Be("Hello Anna");
        during.Msg.Should().Be("Hello Anna", "the client knows the node");
    }

    private static Task<Response> CallAsync(MicroService caller) =>
        caller.Client.CallAsync<Request, Response>("greeter", "Greeter.Hello", new Request("Anna"));

    private static MicroService Create(string name, NatsServer nats) => MicroService.Create(
        options => options.Name(name).AddRegistry("nats", static context => NatsRegistry.Create(context.Addresses, context.LoggerFactory, context.TimeProvider)).IgnoreEnvironment().Logging(static _ => { }),
        ["--registry=nats", $"--registry_address={nats.Address}", "--server_address=127.0.0.1:0"]);

    private sealed record Request(string Name = "");

    private sealed record Response(string Msg = "");
}
