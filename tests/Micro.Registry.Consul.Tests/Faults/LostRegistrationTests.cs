using Micro.Registry.Consul.Tests.Agents;
using Micro.Testing;

namespace Micro.Registry.Consul.Tests.Faults;

/// <summary>Somebody removes a registration behind its owner's back.</summary>
public sealed class LostRegistrationTests : FaultTests
{
    [SkippableFact]
    public async Task Server_DeregisteredByHand_IsBackWithTheNextHeartbeat_R10()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync();
        await using var registry = agent.CreateRegistry();
        await using var server = CreateServer(registry, "greeter", "1");
        await server.StartAsync();
        await UntilSeenAsync(registry, "greeter", "greeter-1");
        await using var watch = Watch(registry, "greeter");
        var told = new HashSet<string>();
        await UntilToldAsync(watch, told, "greeter-1");

        await agent.PutAsync("/v1/agent/service/deregister/greeter-1");

        await UntilToldAsync(watch, told);
        await UntilToldAsync(watch, told, "greeter-1");
    }

    [SkippableFact]
    public async Task Register_ConsulForgotTheCheck_FiresLostAndRegistersInFull_R10()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync();
        await using var registry = agent.CreateRegistry();
        var registration = await RegisterAsync(registry, RecordOf("greeter", "greeter-1", "greeter-2"));
        await agent.PutAsync("/v1/agent/service/deregister/greeter-2");

        var again = await RegisterAsync(registry, RecordOf("greeter", "greeter-1", "greeter-2"));

        await Eventually.TrueAsync(() => registration.Lost.IsCancellationRequested, "notice of the loss");
        again.Lost.IsCancellationRequested.Should().BeFalse();
        await UntilSeenAsync(registry, "greeter", "greeter-1", "greeter-2");
    }

    [SkippableFact]
    public async Task Register_UnchangedWithTtl_KeepsItsRegistrationAndOnlyPasses_R_CON_6()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync();
        await using var registry = agent.CreateRegistry();
        var first = await RegisterAsync(registry, RecordOf("greeter", "greeter-1"));
        await UntilSeenAsync(registry, "greeter", "greeter-1");
        var before = await agent.GetAsync("/v1/catalog/service/greeter");

        var second = await RegisterAsync(registry, RecordOf("greeter", "greeter-1"));

        second.Lost.Should().Be(first.Lost);
        (await agent.GetAsync("/v1/catalog/service/greeter")).Should().Be(before, "passing again writes nothing into the catalogue");
    }

    [SkippableFact]
    public async Task Register_TwoAgentsAndTheFirstDies_MovesAndCleansUp_R_CON_3()
    {
        SkipWithoutConsul();
        await using var first = await ConsulAgent.StartAsync(keepsData: true);
        await using var second = await ConsulAgent.StartAsync();
        await using var registry = first.CreateRegistry(options => options.Addresses.Add(second.Address));
        await RegisterAsync(registry, RecordOf("greeter", "greeter-1"));
        await UntilSeenAsync(registry, "greeter", "greeter-1");

        await first.KillAsync();
        await RegisterAsync(registry, RecordOf("greeter", "greeter-1"));
        await UntilSeenAsync(registry, "greeter", "greeter-1");
        await first.RunAsync();

        await Eventually.TrueAsync(
            async () =>
            {
                await RegisterAsync(registry, RecordOf("greeter", "greeter-1"));
                return !(await first.GetAsync("/v1/agent/services")).Contains("greeter-1", StringComparison.Ordinal);
            },
            "the old agent's entry removed",
            60);
        (await second.GetAsync("/v1/agent/services")).Should().Contain("greeter-1");
    }
}
