using Micro.Registry.Consul.Tests.Agents;
using Micro.Testing;

namespace Micro.Registry.Consul.Tests.Faults;

/// <summary>Two processes register one node id from two addresses.</summary>
public sealed class SameIdTests : FaultTests
{
    [SkippableFact]
    public async Task Register_TwoAddresses_EachOverwritesOnceAndBothReport_R21()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync();
        using var logs = new CapturingLoggerFactory();
        using var otherLogs = new CapturingLoggerFactory();
        await using var first = agent.CreateRegistry(log: logs);
        await using var second = agent.CreateRegistry(log: otherLogs);
        var (here, there) = (At("127.0.0.1:9001"), At("127.0.0.1:9002"));

        (await RegisterAsync(first, here)).ConflictingAddress.Should().BeNull();
        (await RegisterAsync(second, there)).ConflictingAddress.Should().Be("127.0.0.1:9001");
        (await RegisterAsync(first, here)).ConflictingAddress.Should().Be("127.0.0.1:9002");
        (await FluentActions.Awaiting(() => RegisterAsync(second, there)).Should().ThrowAsync<RegistryDeniedException>()).Which
            .ConflictingAddress.Should().Be("127.0.0.1:9001");

        for (var round = 0; round < 3; round++)
        {
            (await RegisterAsync(first, here)).ConflictingAddress.Should().BeNull("the other one gave in");
            (await AddressAsync(first)).Should().Be("127.0.0.1:9001");
        }

        logs.Entries.Should().ContainSingle(entry => entry.Id.Name == "ConsulConflict");
        otherLogs.Entries.Should().Contain(entry => entry.Id.Name == "ConsulConflict");
    }

    [SkippableFact]
    public async Task Heartbeat_PlaceTakenByANodeThatDied_DoesNotKeepItAlive_R21()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync();
        await using var first = agent.CreateRegistry();
        await using var second = agent.CreateRegistry();
        var options = new RegisterOptions { Ttl = TimeSpan.FromSeconds(2) };
        await first.RegisterAsync(At("127.0.0.1:9001"), options);
        await second.RegisterAsync(At("127.0.0.1:9002"), options);
        await first.RegisterAsync(At("127.0.0.1:9001"), options);
        await FluentActions.Awaiting(() => second.RegisterAsync(At("127.0.0.1:9002"), options)).Should().ThrowAsync<RegistryDeniedException>();

        // The first one dies; the second one takes the place when the TTL is over, and not before.
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await second.RegisterAsync(At("127.0.0.1:9002"), options);
                    return true;
                }
                catch (RegistryDeniedException)
                {
                    return false;
                }
            },
            "the dead address leaves within the TTL");
        (await AddressAsync(second)).Should().Be("127.0.0.1:9002");
    }

    [SkippableFact]
    public async Task Deregister_PlaceTakenByAnotherNode_LeavesItsRecord_R21()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync();
        await using var first = agent.CreateRegistry();
        await using var second = agent.CreateRegistry();
        await RegisterAsync(first, At("127.0.0.1:9001"));
        await RegisterAsync(second, At("127.0.0.1:9002"));

        await first.DeregisterAsync(At("127.0.0.1:9001"));

        (await AddressAsync(second)).Should().Be("127.0.0.1:9002");
    }

    [SkippableFact]
    public async Task Register_OwnAddressChanged_IsNoConflict_R21()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync();
        using var logs = new CapturingLoggerFactory();
        await using var registry = agent.CreateRegistry(log: logs);

        await RegisterAsync(registry, At("127.0.0.1:9001"));
        (await RegisterAsync(registry, At("127.0.0.1:9003"))).ConflictingAddress.Should().BeNull();

        (await AddressAsync(registry)).Should().Be("127.0.0.1:9003");
        logs.Entries.Should().NotContain(entry => entry.Id.Name == "ConsulConflict");
    }

    private static ServiceRecord At(string address) =>
        new() { Name = "greeter", Version = "1", Nodes = [new Node { Id = "greeter-1", Address = address }] };

    private static async Task<string> AddressAsync(IRegistry registry) => (await registry.GetServiceAsync("greeter"))[0].Nodes.Single().Address;
}
