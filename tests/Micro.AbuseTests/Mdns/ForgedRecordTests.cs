using System.Diagnostics;
using Xunit.Abstractions;

namespace Micro.AbuseTests.Mdns;

/// <summary>Forged mDNS packets from another host and from a node's own, beside a client under load: S5.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class ForgedRecordTests(ITestOutputHelper output)
{
    private static readonly int Seconds = AbuseProfile.Pick(3, 30);

    [SkippableTheory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task S5_AttacksInTurn_CallsGoOn(bool isSecure, bool isForged)
    {
        await using var hosts = await MdnsHosts.StartAsync(isSecure);
        if (isForged)
        {
            await ForgeAsync(hosts, isSecure, isOnNodesMachine: false);
        }

        await AnnounceAsync(hosts, isSecure, 60, isSecure ? "tls" : "close");
    }

    [SkippableTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task S5_Forge_NodesAreReplayedMovedAndSaidGoodbyeFor_CallsGoOn(bool isSecure, bool isOnNodesMachine)
    {
        SkipUnlessFull();
        await using var hosts = await MdnsHosts.StartAsync(isSecure);

        await ForgeAsync(hosts, isSecure, isOnNodesMachine);
    }

    [SkippableTheory]
    [InlineData(true, 60, "tls")]
    [InlineData(true, 300, "tls")]
    [InlineData(false, 60, "none")]
    [InlineData(false, 60, "close")]
    [InlineData(false, 300, "close")]
    public async Task S5_Announce_StrangersUnderTheCalledName_CallsGoToNodesThatAnswered(bool isSecure, int strangers, string kind)
    {
        SkipUnlessFull();
        await using var hosts = await MdnsHosts.StartAsync(isSecure);

        await AnnounceAsync(hosts, isSecure, strangers, kind);
    }

    [SkippableFact]
    public async Task S5_Restart_SameIdOnAnotherPort_IsCalledThere()
    {
        await using var hosts = await MdnsHosts.StartAsync(isSecure: true);
        await hosts.Client.StartLoadAsync("rate=100 idempotent=true");
        await hosts.Client.GoOnAsync(100);

        await hosts.Servers[1].KillAsync();
        var restarted = await hosts.StartServerAsync(hosts.ServerHosts[1], "--server_id=server-1");
        var ready = Stopwatch.GetTimestamp();
        await hosts.Client.GoOnAsync(300);
        var report = await hosts.Client.EndLoadAsync();

        FaultTable.CheckNothingSurfaced("S5", report, "a node is killed and starts on another port");
        var first = report.Attempts.Where(attempt => attempt.Node == restarted.Address && !attempt.Failed).Select(static attempt => attempt.Began).DefaultIfEmpty(long.MaxValue).Min();
        var late = Stopwatch.GetElapsedTime(ready, first);
        FaultTable.Check("S5", "first call at the new port", $"{Math.Max(0, late.TotalSeconds):F1} s after it is ready", "<= 2 s", late <= TimeSpan.FromSeconds(2));
    }

    private static void SkipUnlessFull() => Skip.IfNot(AbuseProfile.IsFull, "part of the full profile: MICRO_ABUSE=full");

    private async Task ForgeAsync(MdnsHosts hosts, bool isSecure, bool isOnNodesMachine)
    {
        var port = await hosts.Forger.AskAsync($"listen {(isSecure ? "tls" : "close")}");
        var forger = isOnNodesMachine ? hosts.StartForger(hosts.ServerHosts[0]) : hosts.Forger;
        (await forger.AskAsync("hear faults")).Should().Be("2");

        var report = await LoadAsync(hosts, async () =>
        {
            await forger.AskAsync("replay 50");
            await forger.AskAsync($"forge faults {hosts.AttackerHost.Address} {port} {Seconds}");
        });

        Check(report, isSecure, $"nodes moved, goodbyes{(isOnNodesMachine ? ", from a node's own machine" : "")}", hosts.AttackerHost.Address);
        hosts.Servers.Should().OnlyContain(static server => !server.HasExited);
    }

    private async Task AnnounceAsync(MdnsHosts hosts, bool isSecure, int strangers, string kind)
    {
        var port = kind == "none" ? "1" : await hosts.Forger.AskAsync("listen " + kind);

        var report = await LoadAsync(hosts, () => hosts.Forger.AskAsync($"strangers faults {strangers} {port} {Seconds}"));

        Check(report, isSecure, $"{strangers} strangers, {kind}", hosts.AttackerHost.Address);
    }

    private static async Task<LoadReport> LoadAsync(MdnsHosts hosts, Func<Task> attack)
    {
        // Calls that may not run twice: what an attacker breaks surfaces.
        await hosts.Client.StartLoadAsync("rate=100 idempotent=false");
        await hosts.Client.GoOnAsync(100);
        await attack();
        await hosts.Client.GoOnAsync(100);
        return await hosts.Client.EndLoadAsync();
    }

    private void Check(LoadReport report, bool isSecure, string attack, string attacker)
    {
        var met = report.Attempts.Count(attempt => attempt.Node.StartsWith(attacker + ":", StringComparison.Ordinal));
        var served = report.Attempts.Count(attempt => !attempt.Failed && attempt.Node.StartsWith(attacker + ":", StringComparison.Ordinal));
        var under = $"{attack}, {(isSecure ? "TLS" : "no TLS")}";
        output.WriteLine($"{under}: {report.Calls.Count} calls, {report.Surfaced.Count} failed, {met} attempts at the attacker, {served} served by it; p99 {report.Percentile(0.99).TotalMilliseconds:F0} ms");
        var most = isSecure ? 0 : report.Calls.Count / 100;
        FaultTable.Check("S5", "calls failed, " + under, $"{report.Surfaced.Count} of {report.Calls.Count}", isSecure ? "0" : "<= 1 %", report.Surfaced.Count <= most, report.Kinds);
        FaultTable.Check("S5", "calls served by the attacker, " + under, $"{served}", "0", served == 0);
    }
}
