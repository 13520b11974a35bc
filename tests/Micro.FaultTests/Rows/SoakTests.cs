using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>One random fault after the other: R29. The seed is printed with each figure.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class SoakTests(ITestOutputHelper output) : FaultLab(output)
{
    private readonly ITestOutputHelper _output = output;

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    public async Task Calls_RandomFaults_TruthReturnsAndCallsGoOn_R29(RegistryKind kind)
    {
        LabNeeds.FullProfile();
        LabNeeds.Signals();
        var seed = Environment.GetEnvironmentVariable("MICRO_FAULTS_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        _output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (registry, servers, client) = await StartFleetAsync(kind, 3);
        await client.StartLoadAsync("rate=100 attempt=2000 timeout=20000 idempotent=true");

        var end = Stopwatch.StartNew();
        var faults = new List<string>();
        while (end.Elapsed < TimeSpan.FromSeconds(Profile.Pick(25, 600)))
        {
            await Wait.ForAsync(Profile.Pick(1.0, 20.0) + (random.NextDouble() * Profile.Pick(1.0, 40.0)));
            var number = random.Next(servers.Count);
            faults.Add(await MakeAsync(random.Next(6), registry, servers, number));
        }

        _output.WriteLine(string.Join(", ", faults));
        await Wait.ForAsync(6);
        await registry.WaitForNodesAsync(3);
        var quiet = Stopwatch.GetTimestamp();
        await Wait.ForAsync(Profile.Pick(5, 60));
        var report = await client.EndLoadAsync();
        FaultTable.CheckNothingSurfaced("R29", report.Since(quiet), $"{kind}, after {faults.Count} random faults (seed {seed})");
        FaultTable.Check("R29", $"calls failed during the faults, {kind}", $"{report.Surfaced.Count} of {report.Calls.Count}", "0: all may be repeated", report.Surfaced.Count == 0, $"{report.Kinds}; {string.Join(", ", faults)}");
    }

    private async Task<string> MakeAsync(int fault, RegistryServer registry, List<ServerPeer> servers, int number)
    {
        switch (fault)
        {
            case 0:
                await servers[number].KillAsync();
                servers[number] = await StartServerAsync(registry);
                return "server killed and started";
            case 1:
                servers[number].Terminate();
                await servers[number].WaitForExitAsync();
                servers[number] = await StartServerAsync(registry);
                return "server told to end and started";
            case 2:
                servers[number].Pause();
                await Wait.ForAsync(2);
                servers[number].Resume();
                return "server paused 2 s";
            case 3:
                registry.Pause();
                await Wait.ForAsync(5);
                registry.Resume();
                return "registry paused 5 s";
            case 4:
                await registry.RestartEmptyAsync();
                return "registry restarted empty";
            default:
                await registry.KillAsync();
                await Wait.ForAsync(2);
                await registry.StartAsync();
                return "registry killed and started";
        }
    }
}
