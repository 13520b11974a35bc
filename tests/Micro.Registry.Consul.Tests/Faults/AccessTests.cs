using Micro.Registry.Consul.Tests.Agents;

namespace Micro.Registry.Consul.Tests.Faults;

/// <summary>The agent denies: by default, or because the token is wrong.</summary>
public sealed class AccessTests(SharedAgents agents) : FaultTests, IClassFixture<SharedAgents>
{
    [SkippableTheory]
    [InlineData(null)]
    [InlineData("wrong-token")]
    public async Task EveryCall_TokenWithoutRights_DeniedAndNeverEmpty_S22(string? token)
    {
        SkipWithoutConsul();
        var agent = await agents.GuardedAsync();
        await using var registry = agent.CreateRegistry(options => options.Token = token);
        Func<Task>[] calls =
        [
            () => RegisterAsync(registry, RecordOf("greeter", "greeter-1")),
            () => registry.GetServiceAsync("greeter"),
            () => registry.ListServicesAsync(),
            async () => await registry.WatchAsync("greeter").GetAsyncEnumerator().MoveNextAsync(),
            async () => await registry.WatchAsync().GetAsyncEnumerator().MoveNextAsync(),
        ];
        foreach (var call in calls)
        {
            await call.Should().ThrowAsync<RegistryDeniedException>();
        }
    }

    [SkippableFact]
    public async Task EveryCall_TokenWithRights_Works_R_CON_1()
    {
        SkipWithoutConsul();
        var agent = await agents.GuardedAsync();
        await using var registry = agent.CreateRegistry(options => options.Token = ConsulAgent.RootToken);
        var missing = () => registry.GetServiceAsync("nosuch");

        await RegisterAsync(registry, RecordOf("allowed", "allowed-1"));

        await UntilSeenAsync(registry, "allowed", "allowed-1");
        (await registry.ListServicesAsync()).Select(record => record.Name).Should().Contain("allowed");
        await missing.Should().ThrowAsync<ServiceNotFoundException>("a token that may read is told the truth");
        await registry.DeregisterAsync(RecordOf("allowed", "allowed-1"));
    }
}
