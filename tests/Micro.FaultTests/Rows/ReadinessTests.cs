using System.Diagnostics;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>What servers say of themselves while the registry is away or refuses: R32.</summary>
public sealed class ReadinessTests(ITestOutputHelper output) : FaultLab(output)
{
    private const string Ready = "/health/ready";

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    public async Task Ready_RegistryAwayForThreeLifetimesThenBackEmpty_StaysReadyAndRegistersAgain_R32(RegistryKind kind)
    {
        var (registry, servers, client) = await StartFleetAsync(kind, 2);
        await client.StartLoadAsync("rate=200 timeout=10000");
        await registry.KillAsync();
        var clock = Stopwatch.StartNew();
        var late = LaunchServer(null, null, [.. registry.Flags, .. FastRegistration]);
        var (asked, unready) = (0, 0);
        while (clock.Elapsed < TimeSpan.FromSeconds(9))
        {
            await Wait.ForAsync(1);
            foreach (var server in servers)
            {
                asked++;
                unready += await server.StatusAsync(Ready) == 200 ? 0 : 1;
            }
        }

        FaultTable.Check("R32", $"answers other than ready, {kind} away for 9 s, lifetime 3 s", $"{unready} of {asked}", "0", unready == 0);
        await late.WaitUntilReadyAsync();
        registry.Wipe();
        await registry.StartAsync();
        var outage = clock.Elapsed;
        var took = await registry.WaitForNodesAsync(3);
        FaultTable.Check("R32", $"three servers registered, {kind} back and empty", $"{took.TotalSeconds:F1} s", "<= 2 s", took <= TimeSpan.FromSeconds(2), $"It was away for {outage.TotalSeconds:F1} s.");
        FaultTable.CheckNothingSurfaced("R32", await client.EndLoadAsync(), $"{kind} away for 9 s");
    }

    [SkippableFact]
    public async Task Ready_RegistryAnswersAndRefuses_TurnsUnready_R32()
    {
        const string Root = "root:faults";
        var registry = await StartRegistryAsync(RegistryKind.Etcd);
        var server = await StartServerAsync(registry);

        await registry.EtcdControlAsync("user", "add", Root);
        await registry.EtcdControlAsync("user", "grant-role", "root", "root");
        await registry.EtcdControlAsync("auth", "enable");
        await registry.EtcdControlAsync("--user", Root, "del", "--prefix", "/micro/registry/faults/");

        var took = await Wait.UntilAsync(async () => await server.StatusAsync(Ready) == 503, static () => "the server is unready");
        FaultTable.Check("R32", "unready after etcd refused and dropped the record", $"{took.TotalSeconds:F1} s", "<= interval + 1 s", took <= TimeSpan.FromSeconds(2));
    }
}
