using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Micro.AbuseTests.Mdns;

/// <summary>Floods of mDNS packets from another host, beside a client under load: S1, S4.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class FloodTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task S4_Flood_NewInstances_MemoryAndProcessorBoundedAndCallsGoOn()
    {
        const int Rate = 20_000;
        var seconds = AbuseProfile.Pick(3, 30);
        await using var hosts = await MdnsHosts.StartAsync(isSecure: false);
        await hosts.Client.StartLoadAsync("rate=100");
        await hosts.Client.GoOnAsync(200);
        var quiet = await CostAsync(hosts, () => hosts.Client.GoOnAsync(200));
        var memory = await MdnsHosts.MemoryAsync(hosts.Client);
        var serverMemory = await MdnsHosts.MemoryAsync(hosts.Servers[0]);

        var sent = 0L;
        var flooded = await CostAsync(hosts, async () =>
            sent = long.Parse(await hosts.Forger.AskAsync($"flood faults {Rate} {seconds}", seconds + 60), CultureInfo.InvariantCulture));
        var grown = await MdnsHosts.MemoryAsync(hosts.Client) - memory;
        var serverGrown = await MdnsHosts.MemoryAsync(hosts.Servers[0]) - serverMemory;
        await hosts.Client.GoOnAsync(100);
        var report = await hosts.Client.EndLoadAsync();

        output.WriteLine($"{sent} packets in {seconds} s; client {flooded:P0} of a core, {quiet:P0} without; memory {grown / 1e6:F1} MB, server {serverGrown / 1e6:F1} MB; {report.Calls.Count} calls, {report.Surfaced.Count} failed");
        FaultTable.CheckNothingSurfaced("S4", report, $"{sent / seconds} packets/s of new instances for {seconds} s");
        FaultTable.Check("S4", "memory of the client", $"{grown / 1e6:F1} MB more", "<= 50 MB", grown <= 50_000_000);
        FaultTable.Check("S4", "memory of a server", $"{serverGrown / 1e6:F1} MB more", "<= 50 MB", serverGrown <= 50_000_000);
        FaultTable.Check("S4", "processor of the client", $"{flooded:P0} of a core", "<= 100 %", flooded <= 1);
        await CheckDiscoveryAsync(hosts, "S4");
    }

    [SkippableFact]
    public async Task S1_Garbage_RandomAndMutatedPackets_HeapBoundedAndDiscoveryWorks()
    {
        var packets = AbuseProfile.Pick(10_000, 100_000);
        await using var hosts = await MdnsHosts.StartAsync(isSecure: false);
        await hosts.Client.StartLoadAsync("rate=100");
        await hosts.Client.GoOnAsync(100);
        var heap = await MdnsHosts.HeapAsync(hosts.Client);

        var seed = await hosts.Forger.AskAsync($"garbage {packets}", 120);
        var grown = await MdnsHosts.HeapAsync(hosts.Client) - heap;
        await hosts.Client.GoOnAsync(100);
        var report = await hosts.Client.EndLoadAsync();

        output.WriteLine($"seed {seed}; heap {grown / 1e6:F1} MB; {report.Calls.Count} calls, {report.Surfaced.Count} failed");
        FaultTable.CheckNothingSurfaced("S1", report, $"{packets} random and mutated packets");
        FaultTable.Check("S1", "heap of the client", $"{grown / 1e6:F1} MB more", "<= 10 MB", grown <= 10_000_000);
        foreach (var process in (Peer[])[hosts.Client, .. hosts.Servers])
        {
            process.Errors.Should().NotContain(static line => line.Contains("MdnsPacketFailed", StringComparison.Ordinal) || line.Contains("could not be handled", StringComparison.Ordinal));
        }

        await CheckDiscoveryAsync(hosts, "S1");
    }

    /// <summary>Returns how much of a core the client used while something went on.</summary>
    private static async Task<double> CostAsync(MdnsHosts hosts, Func<Task> during)
    {
        var (time, clock) = (MdnsHosts.ProcessorTime(hosts.Client), Stopwatch.GetTimestamp());
        await during();
        return (MdnsHosts.ProcessorTime(hosts.Client) - time) / Stopwatch.GetElapsedTime(clock);
    }

    private static async Task CheckDiscoveryAsync(MdnsHosts hosts, string row)
    {
        await hosts.Client.AskAsync("watch faults");
        var late = await hosts.StartServerAsync(hosts.ServerHosts[0], "--server_id=late");
        await hosts.Client.StartLoadAsync("rate=50");
        var clock = Stopwatch.GetTimestamp();
        await hosts.Client.GoOnAsync(100);
        var report = await hosts.Client.EndLoadAsync();
        var first = report.Attempts.Where(attempt => attempt.Node == late.Address && !attempt.Failed).Select(static attempt => attempt.Ended).DefaultIfEmpty(long.MaxValue).Min();
        FaultTable.Check(row, "a new node is called after the attack", $"{Stopwatch.GetElapsedTime(clock, first).TotalSeconds:F1} s", "<= 2 s", Stopwatch.GetElapsedTime(clock, first) <= TimeSpan.FromSeconds(2));
    }
}
