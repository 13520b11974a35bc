using System.Text.Json;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>The registry loses records while servers live: R6, R10.</summary>
public sealed class LostRecordTests(ITestOutputHelper output) : FaultLab(output)
{
    private static readonly int Services = Profile.Pick(20, 50);

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    public async Task Calls_RegistryPausedForThreeLifetimes_NothingSurfacesAndAllRegisterAgain_R6(RegistryKind kind)
    {
        LabNeeds.Signals();
        var registry = await StartRegistryAsync(kind);
        await StartServersAsync(1, registry, $"--services={Services}");
        await StartServersAsync(2, registry);
        await registry.WaitForNodesOfAllAsync(Services + 2);
        var client = await StartClientAsync(registry);
        await client.StartLoadAsync("rate=200 timeout=10000");
        await Wait.ForAsync(1);

        registry.Pause();
        await Wait.ForAsync(9);
        registry.Resume();
        var took = await registry.WaitForNodesOfAllAsync(Services + 2);
        await Wait.ForAsync(2);
        var report = await client.EndLoadAsync();
        FaultTable.CheckNothingSurfaced("R6", report, $"{kind} paused 9 s, lifetime 3 s");
        FaultTable.Check("R6", $"{Services + 2} registrations back, {kind}", $"{took.TotalSeconds:F1} s", "<= interval + 1 s", took <= TimeSpan.FromSeconds(2));
    }

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    public async Task Register_RecordDeletedByHand_RestoredWithinTheInterval_R10(RegistryKind kind)
    {
        var registry = await StartRegistryAsync(kind);
        await StartServerAsync(registry);
        await registry.WaitForNodesAsync(1);

        if (kind == RegistryKind.Etcd)
        {
            // The lease lives on, which is why nobody is told by it.
            await registry.EtcdControlAsync("del", "--prefix", "/micro/registry/faults/");
        }
        else
        {
            using var listed = JsonDocument.Parse(await registry.ConsulAsync("GET", "/v1/agent/services"));
            var id = listed.RootElement.EnumerateObject().First(service => service.Value.GetProperty("Service").GetString() == "faults").Name;
            await registry.ConsulAsync("PUT", $"/v1/agent/service/deregister/{Uri.EscapeDataString(id)}");
        }

        var took = await registry.WaitForNodesAsync(1);
        FaultTable.Check("R10", $"record restored, {kind}", $"{took.TotalSeconds:F1} s", "<= interval of 1 s + 20 %, + 0.5 s to see it", took <= TimeSpan.FromSeconds(1.7));
    }
}
