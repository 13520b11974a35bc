using System.Diagnostics;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>A node comes and goes: R13.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class FlappingNodeTests(ITestOutputHelper output) : FaultLab(output)
{
    /// <summary>The rule's: the share of the first return, before the pauses grow, counts less the longer it lasts.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task Calls_OneNodeFlaps_ItGetsFewAttempts_R13()
    {
        var registry = await StartRegistryAsync(RegistryKind.Etcd);
        await StartServersAsync(2, registry);
        var address = $"127.0.0.1:{FreePorts.Next()}";
        var flapping = await StartFlappingAsync(registry, address);
        var client = await StartClientAsync(registry);
        await client.StartLoadAsync("rate=100 timeout=20000 idempotent=true");
        await Wait.ForAsync(6);

        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Length)
        {
            await flapping.KillAsync();
            await Wait.ForAsync(2);
            flapping = await StartFlappingAsync(registry, address);
            await Wait.ForAsync(2);
        }

        var report = (await client.EndLoadAsync()).Since(began);
        FaultTable.CheckNothingSurfaced("R13", report, "one of three nodes 2 s up, 2 s down");
        var share = report.ShareOf(address);
        FaultTable.Check("R13", "attempts at the flapping node", $"{share:P1} of {report.Attempts.Count}", "<= 2 %", share <= 0.02);
    }

    private async Task<ServerPeer> StartFlappingAsync(RegistryServer registry, string address)
    {
        var server = Own(new ServerPeer(null, null, [$"--server_address={address}", "--server_id=flapping", .. registry.Flags, .. FastRegistration]));
        await server.WaitUntilReadyAsync();
        return server;
    }
}
