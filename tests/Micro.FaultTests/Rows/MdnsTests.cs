using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>mDNS over several hosts: R25, R26.</summary>
public sealed class MdnsTests(ITestOutputHelper output) : FaultLab(output)
{
    private static readonly string[] Mdns = ["--registry=mdns"];

    [SkippableFact]
    public async Task Discovery_ThreeHosts_FoundLeftUnpluggedAndFoundAgain_R25()
    {
        const int Services = 25;
        var network = await CreateNetworkAsync();
        var first = await network.AddHostAsync();
        var second = await network.AddHostAsync();
        var third = await network.AddHostAsync();
        foreach (var host in (NetworkHost[])[first, second])
        {
            await StartServerAsync(host, Mdns, $"--services={Services}");
        }

        var client = LaunchClient(third, null, Mdns);
        await client.AskAsync("lookup faults-1");
        var clock = Stopwatch.StartNew();
        var missing = Enumerable.Range(1, Services).ToHashSet();
        await Wait.UntilAsync(
            async () =>
            {
                foreach (var number in missing.ToList())
                {
                    if ((await client.AskAsync($"lookup faults-{number}")).StartsWith("2 ", StringComparison.Ordinal))
                    {
                        missing.Remove(number);
                    }
                }

                return missing.Count == 0;
            },
            () => $"both nodes of {string.Join(", ", missing)}");
        var found = clock.Elapsed;
        FaultTable.Check("R25", $"{2 * Services} nodes found over three hosts, one lookup after the other", $"{found.TotalSeconds:F1} s", "<= 2 s + 50 ms a lookup", found <= TimeSpan.FromSeconds(2 + (0.05 * Services)));

        // A server of its own for the calls, on each of the two hosts.
        var stays = LaunchServer(first, null, [.. Mdns, .. FastRegistration]);
        var leaves = LaunchServer(second, null, [.. Mdns, .. FastRegistration]);
        await stays.WaitUntilReadyAsync();
        await leaves.WaitUntilReadyAsync();
        await client.AskAsync("watch faults");
        await Wait.UntilAsync(async () => await KnownAsync(client) == 2, static () => "both are known");
        await client.WaitUntilAnsweredAsync();

        await client.StartLoadAsync("rate=100 timeout=10000 attempt=1000 idempotent=true");
        await Wait.ForAsync(1);
        await second.PullCableAsync();
        await Wait.ForAsync(4);
        if (Profile.IsFull)
        {
            var gone = await Wait.UntilAsync(async () => await KnownAsync(client) == 1, static () => "the unplugged one is gone", 130);
            FaultTable.Check("R25", "record of the unplugged host gone", $"{gone.TotalSeconds:F0} s", "<= its lifetime of 120 s", gone <= TimeSpan.FromSeconds(121));
        }

        await second.PlugCableAsync();
        var plugged = Stopwatch.GetTimestamp();
        await Wait.ForAsync(7);
        var report = await client.EndLoadAsync();
        FaultTable.CheckNothingSurfaced("R25", report, "one of two hosts unplugged");
        var firstAnswer = report.Since(plugged).Attempts.Where(attempt => attempt.Node == leaves.Address && !attempt.Failed).Select(static attempt => attempt.Began).DefaultIfEmpty(long.MaxValue).Min();
        var again = Stopwatch.GetElapsedTime(plugged, firstAnswer);
        FaultTable.Check("R25", "calls at the host that was plugged in again", $"{again.TotalSeconds:F1} s", "<= 5 s", again <= TimeSpan.FromSeconds(5));

        leaves.Terminate();
        var told = await Wait.UntilAsync(async () => await KnownAsync(client) == 1, static () => "the one that said good-bye is gone");
        FaultTable.Check("R25", "goodbye after SIGTERM", $"{told.TotalSeconds:F1} s", "<= 1.5 s + the process's own work", told <= TimeSpan.FromSeconds(2.5));
    }

    [SkippableFact]
    public async Task Discovery_LinkLosesAFifth_AllAreFound_R25()
    {
        const int Services = 25;
        var network = await CreateNetworkAsync();
        var first = await network.AddHostBehindLinkAsync();
        var second = await network.AddHostAsync();
        await first.Link!.AskAsync("loss 20");
        await StartServerAsync(first, Mdns, $"--services={Services}");
        var client = LaunchClient(second, null, Mdns);
        var missing = Enumerable.Range(1, Services).ToHashSet();
        var clock = Stopwatch.StartNew();
        await Wait.UntilAsync(
            async () =>
            {
                foreach (var number in missing.ToList())
                {
                    try
                    {
                        await client.AskAsync($"lookup faults-{number}");
                        missing.Remove(number);
                    }
                    catch (InvalidOperationException)
                    {
                        // Not found in this question: lost, asked again.
                    }
                }

                return missing.Count == 0;
            },
            () => $"services {string.Join(", ", missing)}",
            60);
        FaultTable.Check("R25", $"{Services} services found, a fifth of all packets lost", $"{clock.Elapsed.TotalSeconds:F1} s", "<= 10 s", clock.Elapsed <= TimeSpan.FromSeconds(10));
    }

    [SkippableFact]
    public async Task Discovery_FiftyServicesIdle_FewPackets_R26()
    {
        var network = await CreateNetworkAsync();
        var first = await network.AddHostBehindLinkAsync();
        var second = await network.AddHostAsync();
        await LaunchServer(first, null, [.. Mdns, "--services=50"]).WaitUntilReadyAsync();
        var client = LaunchClient(second, null, Mdns);
        for (var number = 1; number <= 10; number++)
        {
            await client.AskAsync($"watch faults-{number}");
        }

        // Announcements and the first questions are over.
        await Wait.ForAsync(15);
        var before = await PacketsAsync(first);
        var seconds = Profile.Pick(10, 120);
        await Wait.ForAsync(seconds);
        var rate = (double)(await PacketsAsync(first) - before) / seconds;
        FaultTable.Check("R26", "packets with 50 idle services and 10 watches", $"{rate:F1}/s", "<= 5/s", rate <= 5);
    }

    private static async Task<int> KnownAsync(ClientPeer client) => int.Parse((await client.AskAsync("watched")).Split(' ')[0], CultureInfo.InvariantCulture);

    private static async Task<long> PacketsAsync(NetworkHost host) => long.Parse(await host.Link!.AskAsync("packets"), CultureInfo.InvariantCulture);
}
