using System.Diagnostics;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>Two server processes have one node id: R21.</summary>
public sealed class SameIdTests(ITestOutputHelper output) : FaultLab(output)
{
    private const string Id = "--server_id=one";

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    public async Task Register_TwoProcessesWithOneId_BothReportAndTheDeadAddressLeaves_R21(RegistryKind kind)
    {
        var registry = await StartRegistryAsync(kind);
        var first = await StartServerAsync(registry, Id);
        var client = LaunchClient(null, null, registry.Flags);
        await client.AskAsync("watch faults");
        await Wait.UntilAsync(async () => await WatchedAsync(client) is (1, _), static () => "the first one is seen");

        var second = LaunchServer(null, null, [.. registry.Flags, .. FastRegistration, Id]);
        await second.WaitUntilListeningAsync();
        await CheckBothReportAsync(first, second, kind.ToString());
        await CheckNothingAlternatesAsync(client, expected: 1, kind.ToString());

        // The one that gave in is not found, and says so.
        var isFirstOut = await first.StatusAsync("/health/ready") == 503;
        (await (isFirstOut ? second : first).StatusAsync("/health/ready")).Should().Be(200);
        await (isFirstOut ? second : first).KillAsync();
        var gone = await registry.WaitForNodesAsync(0);
        FaultTable.Check("R21", $"dead address gone, {kind}", $"{gone.TotalSeconds:F1} s", "<= lifetime of 3 s + 1.5 s", gone <= TimeSpan.FromSeconds(4.5));
    }

    [SkippableFact]
    public async Task Register_TwoHostsWithOneIdOverMdns_BothReportAndBothAreFound_R21()
    {
        string[] flags = ["--registry=mdns", .. FastRegistration, Id];
        var network = await CreateNetworkAsync();
        var first = LaunchServer(await network.AddHostAsync(), null, flags);
        var second = await network.AddHostAsync();
        var client = LaunchClient(await network.AddHostAsync(), null, "--registry=mdns");
        await first.WaitUntilReadyAsync();
        await client.AskAsync("watch faults");
        await Wait.UntilAsync(async () => await WatchedAsync(client) is (1, _), static () => "the first one is seen");

        var newcomer = LaunchServer(second, null, flags);
        await newcomer.WaitUntilListeningAsync();
        await CheckBothReportAsync(first, newcomer, "mDNS");
        await Wait.UntilAsync(async () => await WatchedAsync(client) is (2, _), static () => "both are seen");
        await CheckNothingAlternatesAsync(client, expected: 2, "mDNS");
    }

    private static async Task CheckBothReportAsync(ServerPeer first, ServerPeer second, string registry)
    {
        var clock = Stopwatch.StartNew();
        foreach (var server in (ServerPeer[])[first, second])
        {
            await Wait.UntilAsync(
                async () => (await server.AskAsync("body /health")).Contains("same_id_at", StringComparison.Ordinal),
                () => $"the conflict is reported; the server said: {string.Join('\n', server.Errors.TakeLast(20))}");
        }

        // From the moment the second one listens: its first registration is part of it, which takes long on a busy machine.
        var most = Profile.Pick(6, 3);
        FaultTable.Check("R21", $"conflict reported by both, {registry}", $"{clock.Elapsed.TotalSeconds:F1} s", $"<= two intervals of 1 s, {most} s with the start", clock.Elapsed <= TimeSpan.FromSeconds(most));
    }

    private static async Task CheckNothingAlternatesAsync(ClientPeer client, int expected, string registry)
    {
        // Each may still overwrite the other once.
        await Wait.ForAsync(3);
        var before = await WatchedAsync(client);
        await Wait.ForAsync(Profile.Pick(4, 20));
        var after = await WatchedAsync(client);
        FaultTable.Check("R21", $"changes that a watch sees afterwards, {registry}", before == after ? "none" : "some", "none", before == after && after.Nodes == expected);
    }

    /// <summary>How many nodes a client's watch knows, and when it learnt of the last change.</summary>
    private static async Task<(int Nodes, string Changed)> WatchedAsync(ClientPeer client) =>
        (await client.AskAsync("watched")).Split(' ') is [var nodes, var changed] ? (int.Parse(nodes, System.Globalization.CultureInfo.InvariantCulture), changed) : default;
}
