using Micro.Registry.Consul.Tests.Agents;

namespace Micro.Registry.Consul.Tests.Faults;

/// <summary>More watches than an agent would take connections for.</summary>
public sealed class ManyWatchesTests : FaultTests
{
    [SkippableFact]
    public async Task Watches_MoreThanConnections_RegistrationWorksAndEachSeesItsService_T8()
    {
        SkipWithoutConsul();
        const int Watches = 90;
        await using var agent = await ConsulAgent.StartAsync(configuration: """{"limits":{"http_max_conns_per_client":110}}""");
        await using var registry = agent.CreateRegistry();
        var watches = Enumerable.Range(0, Watches).Select(index => Watch(registry, $"service-{index}")).ToArray();
        try
        {
            foreach (var watch in watches)
            {
                await watch.UntilSynchronizedAsync();
            }

            for (var index = 0; index < Watches; index++)
            {
                await RegisterAsync(registry, RecordOf($"service-{index}", $"service-{index}-1"));
            }

            for (var index = 0; index < Watches; index++)
            {
                (await watches[index].NextAsync()).Id.Should().Be($"service-{index}-1");
            }
        }
        finally
        {
            await Task.WhenAll(watches.Select(watch => watch.DisposeAsync().AsTask()));
        }
    }

    [SkippableFact]
    public async Task Watches_OfOneService_ShareOneQuery_T8()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync(configuration: """{"limits":{"http_max_conns_per_client":20}}""");
        await using var registry = agent.CreateRegistry();
        var watches = Enumerable.Range(0, 50).Select(_ => Watch(registry, "greeter")).ToArray();
        try
        {
            await Task.WhenAll(watches.Select(watch => watch.UntilSynchronizedAsync()));
            await RegisterAsync(registry, RecordOf("greeter", "greeter-1"));
            foreach (var watch in watches)
            {
                (await watch.NextAsync()).Kind.Should().Be(RegistryEventKind.Create);
            }
        }
        finally
        {
            await Task.WhenAll(watches.Select(watch => watch.DisposeAsync().AsTask()));
        }
    }
}
