using System.Diagnostics;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>The registry comes back without what it knew: R7, R8.</summary>
public sealed class WipedRegistryTests(ITestOutputHelper output) : FaultLab(output)
{
    private const int Servers = 3;

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd, "R7")]
    [InlineData(RegistryKind.Consul, "R8")]
    public async Task Calls_RegistryRestartedEmpty_AllRegisterAgainAndWatchersSeeTheTruth_R7_R8(RegistryKind kind, string row)
    {
        var registry = await StartRegistryAsync(kind);
        var servers = await StartServersAsync(Servers, registry);
        var watcher = LaunchClient(null, null, registry.Flags);

        // A wiped registry counts from the start again: far below what watches and writers have seen.
        await watcher.AskAsync("register writes 1000", seconds: 120);
        await watcher.AskAsync("watch faults");
        var client = await StartClientAsync(registry);
        await client.StartLoadAsync("rate=200 timeout=10000");
        await Wait.ForAsync(1);

        await registry.RestartEmptyAsync();
        var back = Stopwatch.GetTimestamp();
        await registry.WaitForNodesAsync(Servers);
        var registered = Stopwatch.GetElapsedTime(back);

        // One leaves now: whoever's watch sleeps still lists it.
        servers[0].Terminate();
        await servers[0].WaitForExitAsync();
        var left = Stopwatch.GetTimestamp();
        await Wait.UntilAsync(async () => (await watcher.AskAsync("watched")).StartsWith($"{Servers - 1} ", StringComparison.Ordinal), static () => "the watch knows that one left");
        var seen = Stopwatch.GetElapsedTime(left);

        var report = await client.EndLoadAsync();
        FaultTable.CheckNothingSurfaced(row, report, $"{kind} restarted empty");
        FaultTable.Check(row, $"{Servers} servers registered again, {kind}", $"{registered.TotalSeconds:F1} s after it answers", "<= interval + 1 s", registered <= TimeSpan.FromSeconds(2));
        FaultTable.Check(row, $"a watch from before sees a change, {kind}", $"{seen.TotalSeconds:F1} s", "<= 2 x interval", seen <= TimeSpan.FromSeconds(2));
    }
}
