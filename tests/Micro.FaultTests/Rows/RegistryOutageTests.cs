using System.Diagnostics;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>The registry is away: R1, R2, R12.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class RegistryOutageTests(ITestOutputHelper output) : FaultLab(output)
{
    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    [InlineData(RegistryKind.Nats)]
    public async Task Calls_RegistryKilled_NothingSurfacesAndTheyTakeNoLonger_R1(RegistryKind kind)
    {
        var (registry, servers, client) = await StartFleetAsync(kind, 3);
        var comparator = LaunchClient(null, null, "--registry=memory");
        await client.StartLoadAsync($"rate={Profile.Pick(200, 500)} timeout=10000");
        await comparator.StartLoadAsync($"rate={Profile.Pick(200, 500)} timeout=10000 addresses={string.Join(',', servers.Select(static server => server.Address))}");
        await Wait.ForAsync(Profile.Pick(5, 20));

        var killed = Stopwatch.GetTimestamp();
        await registry.KillAsync();
        await Wait.ForAsync(Profile.Pick(10, 600));

        var report = await client.EndLoadAsync();
        var compared = await comparator.EndLoadAsync();
        FaultTable.CheckNothingSurfaced("R1", report, $"{kind} killed");
        // What else the machine does slows both clients: the one that uses no registry tells by how much.
        var slower = Math.Max(1, MedianSince(compared, killed) / MedianBefore(compared, killed));
        var (before, after) = (MedianBefore(report, killed), MedianSince(report, killed));
        FaultTable.Check(
            "R1", $"median of calls, {kind} killed", $"{after.TotalMilliseconds:F2} ms", $"<= 1.2 x {before.TotalMilliseconds:F2} ms x {slower:F2} of a client without a registry + 1 ms", after <= (1.2 * slower * before) + TimeSpan.FromMilliseconds(1));
    }

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    [InlineData(RegistryKind.Nats)]
    public async Task Start_RegistryDown_ServesAndRegistersOnceItIsThere_R2(RegistryKind kind)
    {
        var registry = Own(new RegistryServer(kind));
        var server = LaunchServer(null, null, [.. registry.Flags, .. FastRegistration]);
        var client = LaunchClient(null, null, [.. registry.Flags, "--client_request_timeout=2s"]);
        await server.WaitUntilListeningAsync();

        var clock = Stopwatch.StartNew();
        var answer = await client.AskAsync("call");
        FaultTable.Check("R2", $"first call, {kind} down", $"{answer} after {clock.Elapsed.TotalSeconds:F1} s", "kind Registry, not NotFound, within its deadline", answer.StartsWith("Registry ", StringComparison.Ordinal) && clock.Elapsed < TimeSpan.FromSeconds(3));
        await Wait.ForAsync(Profile.Pick(3, 15));

        await registry.StartAsync();
        var took = await registry.WaitForNodesAsync(1);
        FaultTable.Check("R2", $"registered, {kind} up", $"{took.TotalSeconds:F1} s", "<= interval + 1 s", took <= TimeSpan.FromSeconds(2));
        await client.WaitUntilAnsweredAsync();
    }

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    [InlineData(RegistryKind.Nats)]
    public async Task Terminate_RegistryKilled_ServerLeavesInTimeAndNothingSurfaces_R12(RegistryKind kind)
    {
        var (registry, servers, client) = await StartFleetAsync(kind, 3);
        await client.StartLoadAsync("rate=200 timeout=10000");
        await Wait.ForAsync(2);
        await registry.KillAsync();
        await Wait.ForAsync(1);

        servers[0].Terminate();
        var took = await servers[0].WaitForExitAsync();
        await Wait.ForAsync(2);

        var report = await client.EndLoadAsync();
        FaultTable.Check("R12", $"exit, {kind} killed", $"{took.TotalSeconds:F1} s", "<= 5 s to deregister + 2 s", took <= TimeSpan.FromSeconds(7));
        FaultTable.CheckNothingSurfaced("R12", report, $"{kind} killed, one of three servers told to end");
    }

    private static TimeSpan MedianBefore(LoadReport report, long timestamp) =>
        new LoadReport([.. report.Calls.Where(call => call.Ended < timestamp)], []).Percentile(0.5);

    private static TimeSpan MedianSince(LoadReport report, long timestamp) => report.Since(timestamp).Percentile(0.5);
}
