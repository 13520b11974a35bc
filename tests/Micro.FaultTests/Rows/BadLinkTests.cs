using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>A network that loses, delays and repeats packets, and one that forgets connections: R23, R24.</summary>
public sealed class BadLinkTests(ITestOutputHelper output) : FaultLab(output)
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_LinkLosesDelaysAndRepeats_NothingSurfaces_R23(bool isGrpc)
    {
        var network = await CreateNetworkAsync();
        var registryHost = await network.AddHostAsync();
        var serverHost = await network.AddHostAsync();
        var clientHost = await network.AddHostBehindLinkAsync();
        var registry = await StartRegistryAsync(RegistryKind.Etcd, registryHost);
        for (var server = 0; server < 3; server++)
        {
            await StartServerAsync(serverHost, registry.Flags);
        }

        var client = await StartClientAsync(registry, clientHost);
        await clientHost.Link!.AskAsync("delay 20 5");
        await clientHost.Link.AskAsync("duplicates 1");
        await clientHost.Link.AskAsync("loss 1");

        await client.StartLoadAsync($"rate=200 timeout=30000 grpc={isGrpc}");
        await Wait.ForAsync(Profile.Pick(12, 300));
        var report = await client.EndLoadAsync();
        FaultTable.CheckNothingSurfaced("R23", report, $"{(isGrpc ? "gRPC" : "mucp")}, 1 % lost, 1 % twice, 20 +/- 5 ms");

        // The link really did it: nothing is faster than its delay.
        report.Percentile(0.5).Should().BeGreaterThan(TimeSpan.FromMilliseconds(30));
    }

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    public async Task Watch_ConnectionForgottenByTheNetwork_NoticedAndNothingIsMissed_R24(RegistryKind kind)
    {
        var network = await CreateNetworkAsync();
        var registryHost = await network.AddHostAsync();
        var clientHost = await network.AddHostBehindLinkAsync();
        var registry = await StartRegistryAsync(kind, registryHost);
        var writer = LaunchClient(registryHost, null, registry.Flags);
        await writer.AskAsync("register idle 1");
        var reader = LaunchClient(clientHost, null, registry.Flags);
        await reader.AskAsync("watch idle");
        await Wait.UntilAsync(async () => (await reader.AskAsync("watched")).StartsWith("1 ", StringComparison.Ordinal), static () => "the watch knows the first");

        var cut = int.Parse(await clientHost.Link!.AskAsync($"cut {registry.Port}"), CultureInfo.InvariantCulture);
        cut.Should().BePositive("the watch has a connection");
        var clock = Stopwatch.StartNew();
        await writer.AskAsync("register idle 1");
        await Wait.UntilAsync(async () => (await reader.AskAsync("watched")).StartsWith("2 ", StringComparison.Ordinal), static () => "the watch knows the second", 90);
        FaultTable.Check("R24", $"change seen behind a forgotten connection, {kind}", $"{clock.Elapsed.TotalSeconds:F1} s", "<= 30 s", clock.Elapsed <= TimeSpan.FromSeconds(30));
    }
}
