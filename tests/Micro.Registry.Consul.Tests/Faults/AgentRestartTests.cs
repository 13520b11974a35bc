using Micro.Registry.Consul.Tests.Agents;
using Micro.Testing;

namespace Micro.Registry.Consul.Tests.Faults;

/// <summary>The agent is killed, and comes back with or without its data.</summary>
public sealed class AgentRestartTests : FaultTests
{
    [SkippableFact]
    public async Task Watch_AgentRestartsEmpty_NoChangeIsLost_T4_R8()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync();
        await using var registry = agent.CreateRegistry();
        for (var round = 0; round < 20; round++)
        {
            // Writes push the index up, so that the index of the empty agent is far below.
            await RegisterAsync(registry, RecordOf("pusher", $"pusher-{round}"));
        }

        await RegisterAsync(registry, RecordOf("greeter", "greeter-1"));
        await UntilSeenAsync(registry, "greeter", "greeter-1");
        await using var watch = Watch(registry, "greeter");
        var told = new HashSet<string>();
        await UntilToldAsync(watch, told, "greeter-1");

        await agent.RestartEmptyAsync();
        await using var writer = agent.CreateRegistry();
        await RegisterAsync(writer, RecordOf("greeter", "greeter-2"));

        await UntilToldAsync(watch, told, "greeter-2");
    }

    [SkippableFact]
    public async Task Server_AgentRestartsEmpty_IsRegisteredAgain_R8()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync();
        await using var registry = agent.CreateRegistry();
        await using var server = CreateServer(registry, "greeter", "1");
        await server.StartAsync();
        await UntilSeenAsync(registry, "greeter", "greeter-1");

        await agent.RestartEmptyAsync();

        await UntilSeenAsync(registry, "greeter", "greeter-1");
        await server.StopAsync();
        await UntilSeenAsync(registry, "greeter");
    }

    [SkippableFact]
    public async Task Server_AgentRestartsWithItsData_IsHealthyAgain_R8()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync(keepsData: true);
        await using var registry = agent.CreateRegistry();
        await using var server = CreateServer(registry, "greeter", "1");
        await server.StartAsync();
        await UntilSeenAsync(registry, "greeter", "greeter-1");

        await agent.KillAsync();
        await agent.RunAsync();

        await UntilSeenAsync(registry, "greeter", "greeter-1");
    }

    [SkippableFact]
    public async Task Server_AgentComesLate_IsRegisteredThen_R2()
    {
        SkipWithoutConsul();
        await using var agent = ConsulAgent.Create();
        await using var registry = agent.CreateRegistry();
        await using var server = CreateServer(registry, "greeter", "1");
        await server.StartAsync();
        var read = () => registry.GetServiceAsync("greeter");
        await read.Should().ThrowAsync<RegistryUnavailableException>("unreachable is not the same as not found");

        await agent.RunAsync();

        await UntilSeenAsync(registry, "greeter", "greeter-1");
    }

    [SkippableFact]
    public async Task Watch_AgentNeverAnswers_TellsWhoOpensItAndWarnsOfNothing()
    {
        SkipWithoutConsul();
        var log = new CapturingLoggerFactory();
        await using var agent = ConsulAgent.Create();
        await using var registry = agent.CreateRegistry(log: log);

        for (var time = 0; time < 3; time++)
        {
            await using var watch = registry.WatchAsync("greeter").GetAsyncEnumerator();
            await FluentActions.Awaiting(() => watch.MoveNextAsync().AsTask()).Should().ThrowAsync<RegistryUnavailableException>();
        }

        log.Entries.Should().Contain(static entry => entry.Id.Name == "FailureInARow").And.NotContain(static entry => entry.Id.Id == 4021, "the reader of the watch warns");
    }

    [SkippableFact]
    public async Task Watch_AgentIsDead_KeepsItsNodesAndDoesNotFlood_R1()
    {
        SkipWithoutConsul();
        var log = new CapturingLoggerFactory();
        await using var agent = await ConsulAgent.StartAsync();
        await using var registry = agent.CreateRegistry(log: log);
        await RegisterAsync(registry, RecordOf("greeter", "greeter-1"));
        await UntilSeenAsync(registry, "greeter", "greeter-1");
        await using var watch = Watch(registry, "greeter");
        await UntilToldAsync(watch, new HashSet<string>(), "greeter-1");
        await watch.UntilSynchronizedAsync();

        await agent.KillAsync();
        await Eventually.TrueAsync(() => Failures() >= 4, "four failures of the watch", 60);

        watch.Waiting.Should().BeEmpty("a dead agent says nothing about nodes");
        watch.Ended.IsCompleted.Should().BeFalse();
        log.Entries.Count(entry => entry.Id.Id == 4021).Should().BeInRange(1, 3, "each cause is warned of once, not each try");

        await agent.RunAsync();
        await using var writer = agent.CreateRegistry();
        await RegisterAsync(writer, RecordOf("greeter", "greeter-2"));
        await UntilToldAsync(watch, new HashSet<string> { "greeter-1" }, "greeter-2");

        int Failures() => log.Entries.Count(entry => entry.Id.Name == "FailureInARow" && entry.Message.StartsWith("Watching", StringComparison.Ordinal));
    }
}
