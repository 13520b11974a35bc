using System.Globalization;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>Many clients at one registry: R14, and the connections of R1.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class HerdTests(ITestOutputHelper output) : FaultLab(output)
{
    [SkippableFact]
    public async Task Watches_MoreThanTheAgentHoldsAndItRestarts_RequestsStayNearTheSteadyRate_R14()
    {
        LabNeeds.FullProfile();
        var (clients, watches) = (Profile.Pick(60, 100), 5);
        var registry = await StartRegistryAsync(RegistryKind.Consul, consulConnectionsPerClient: 2 * clients);
        await StartServersAsync(1, registry, $"--services={watches}");
        await registry.WaitForNodesOfAllAsync(watches);
        var herd = LaunchClient(null, null, registry.Flags);
        await herd.AskAsync(string.Create(CultureInfo.InvariantCulture, $"herd {clients} {watches}"));
        await Wait.UntilAsync(async () => (await FiguresAsync(herd)).Known == clients * watches, static () => "every watch knows its service", 60);
        await Wait.ForAsync(10);
        var steady = await RateAsync(herd);

        await registry.RestartEmptyAsync();
        await Wait.ForAsync(10);
        var after = await RateAsync(herd);

        var surfaced = (await FiguresAsync(herd)).Surfaced;
        FaultTable.Check("R14", $"requests of {clients} clients x {watches} watches, 10 s after a restart", $"{after:F0}/s", $"<= 3 x {steady:F0}/s", after <= 3 * steady);
        FaultTable.Check("R14", "watches that failed although they knew their service", $"{surfaced}", "0", surfaced == 0);
    }

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    public async Task Connections_RegistryKilled_FewAttempts_R1(RegistryKind kind)
    {
        var network = await CreateNetworkAsync();
        var registry = await StartRegistryAsync(kind, await network.AddHostAsync());
        var host = await network.AddHostAsync();
        var server = await StartServerAsync(host, registry.Flags);
        await registry.KillAsync();
        await Wait.ForAsync(1);

        // A dead registry refuses each attempt, and nobody else does.
        var before = await RefusedAsync(host);
        var (seconds, most) = Profile.Pick((30, 20), (600, 40));
        await Wait.ForAsync(seconds);
        var attempts = await RefusedAsync(host) - before;
        FaultTable.Check("R1", $"connection attempts of a server in {seconds} s, {kind} killed", $"{attempts}", $"<= {most}", attempts <= most && attempts > 0);
    }

    private static async Task<double> RateAsync(ClientPeer herd)
    {
        const int Seconds = 10;
        var before = await FiguresAsync(herd);
        await Wait.ForAsync(Seconds);
        return (double)((await FiguresAsync(herd)).Requests - before.Requests) / Seconds;
    }

    private static async Task<(long Known, long Surfaced, long Requests)> FiguresAsync(ClientPeer herd)
    {
        var figures = (await herd.AskAsync("figures")).Split(' ').Select(static text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return (figures[0], figures[1], figures[2]);
    }

    private static async Task<long> RefusedAsync(NetworkHost host)
    {
        var lines = (await host.Space.RunAsync("cat", "/proc/net/snmp")).Split('\n').Where(static line => line.StartsWith("Tcp:", StringComparison.Ordinal)).Select(static line => line.Split(' ')).ToArray();
        return long.Parse(lines[1][Array.IndexOf(lines[0], "AttemptFails")], CultureInfo.InvariantCulture);
    }
}
