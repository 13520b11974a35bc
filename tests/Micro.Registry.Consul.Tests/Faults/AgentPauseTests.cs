using Micro.Registry.Consul.Tests.Agents;
using Micro.Testing;

namespace Micro.Registry.Consul.Tests.Faults;

/// <summary>The agent stands still for longer than the TTL.</summary>
public sealed class AgentPauseTests : FaultTests
{
    [SkippableFact]
    public async Task Servers_AgentPausedPastTheTtl_AllComeBack_T5_R6()
    {
        SkipWithoutConsul();
        const int Servers = 10;
        await using var agent = await ConsulAgent.StartAsync();
        await using var registry = agent.CreateRegistry(options => options.Timeout = TimeSpan.FromSeconds(2));
        var servers = Enumerable.Range(0, Servers).Select(index => CreateServer(registry, "greeter", $"{index}")).ToArray();
        var ids = Enumerable.Range(0, Servers).Select(index => $"greeter-{index}").ToArray();
        try
        {
            await Task.WhenAll(servers.Select(server => server.StartAsync()));
            await UntilSeenAsync(registry, "greeter", ids);
            await using var watch = Watch(registry, "greeter");
            var told = new HashSet<string>();
            await UntilToldAsync(watch, told, ids);

            agent.Pause();
            await Eventually.TrueAsync(PausedLongEnough(), "three TTLs", 60);
            agent.Resume();

            await UntilSeenAsync(registry, "greeter", ids);

            // The watch may have seen them go; it must have seen them come back, too.
            await UntilToldAsync(watch, told, ids);
        }
        finally
        {
            await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));
        }
    }

    [SkippableFact]
    public async Task Register_OwnerPausedPastTheTtl_LostFiresAndNextHeartbeatHeals_R5()
    {
        SkipWithoutConsul();
        await using var agent = await ConsulAgent.StartAsync();
        await using var registry = agent.CreateRegistry();
        var registration = await RegisterAsync(registry, RecordOf("greeter", "greeter-1"), Ttl);
        await UntilSeenAsync(registry, "greeter");
        await Eventually.TrueAsync(() => registration.Lost.IsCancellationRequested, "notice of the expiry");

        var again = await RegisterAsync(registry, RecordOf("greeter", "greeter-1"), Ttl);

        again.Lost.IsCancellationRequested.Should().BeFalse();
        await UntilSeenAsync(registry, "greeter", "greeter-1");
    }

    private static Func<bool> PausedLongEnough()
    {
        var started = TimeProvider.System.GetTimestamp();
        return () => TimeProvider.System.GetElapsedTime(started) > 3 * Ttl;
    }
}
