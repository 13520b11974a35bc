using System.Diagnostics;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>The cable of a node is pulled for a while, and the registry goes on listing it: R4, R30.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class CutNodeTests(ITestOutputHelper output) : FaultLab(output)
{
    /// <summary>The registry goes on listing a node that is cut off.</summary>
    private static readonly string[] LongRegistration = ["--register_interval=30", "--register_ttl=90"];

    public static TheoryData<bool, bool> Cases => Profile.Pick(
        new TheoryData<bool, bool> { { false, true }, { true, false } },
        new TheoryData<bool, bool> { { false, true }, { false, false }, { true, true }, { true, false } });

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task Calls_CablePulledAndPlugged_OthersAnswerAndTheNodeIsBackSoon_R4_R30(bool isGrpc, bool hasShortAttempts)
    {
        var network = await CreateNetworkAsync();
        var registryHost = await network.AddHostAsync();
        var cutHost = await network.AddHostAsync();
        var clientHost = await network.AddHostAsync();
        var registry = await StartRegistryAsync(RegistryKind.Etcd, registryHost);
        var servers = new[] { registryHost, registryHost, cutHost }.Select(host => LaunchServer(host, null, [.. registry.Flags, .. LongRegistration])).ToList();
        await Task.WhenAll(servers.Select(static server => server.WaitUntilReadyAsync()));
        var client = await StartClientAsync(registry, clientHost);
        var attempt = hasShortAttempts ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromSeconds(5);
        await client.StartLoadAsync($"rate=60 timeout=20000 idempotent=true grpc={isGrpc}{(hasShortAttempts ? " attempt=500" : "")}");
        await Wait.ForAsync(8);

        await cutHost.PullCableAsync();
        var cut = Stopwatch.GetTimestamp();
        await Wait.ForAsync(Profile.Pick(12, 30));
        await cutHost.PlugCableAsync();
        var healed = Stopwatch.GetTimestamp();
        await Wait.ForAsync(12);
        var report = await client.EndLoadAsync();

        var how = $"{(isGrpc ? "gRPC" : "mucp")}, attempts of {attempt.TotalSeconds} s";
        FaultTable.CheckNothingSurfaced("R4", report, $"cable pulled, {how}");
        var waited = report.Attempts.Count(entry => entry.Began > cut - (attempt.TotalSeconds * Stopwatch.Frequency) && entry.Failed && entry.Took >= 0.9 * attempt);
        FaultTable.Check("R30", $"calls that waited a whole attempt, {how}", $"{waited}", "<= 20", waited <= 20);
        var back = report.Attempts.Where(entry => entry.Node == servers[2].Address && entry.Began >= healed && !entry.Failed).Select(static entry => entry.Ended).DefaultIfEmpty(long.MaxValue).Min();
        var took = Stopwatch.GetElapsedTime(healed, back);
        FaultTable.Check("R30", $"traffic is back, {how}", $"{took.TotalSeconds:F1} s", hasShortAttempts ? "<= 5 s" : "<= 10 s", took <= TimeSpan.FromSeconds(hasShortAttempts ? 5 : 10));
    }
}
