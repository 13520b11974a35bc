using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>More calls than the server can take: R17.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class OverloadTests(ITestOutputHelper output) : FaultLab(output)
{
    private const int Slots = 8;
    private const int HandlerMilliseconds = 40;
    private const int Capacity = 1000 / HandlerMilliseconds * Slots;

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_TwiceTheCapacity_ServedAtCapacityAndTheRestRefusedAtOnce_R17(bool isGrpc)
    {
        var registry = await StartRegistryAsync(RegistryKind.Etcd);
        var server = await StartServerAsync(registry, $"--limit={Slots}");
        var client = await StartClientAsync(registry, null, "--client_retries=0");
        await server.AskAsync($"delay {HandlerMilliseconds}");
        var memory = await ResidentAsync(server);

        // The pace of handlers under no overload, on the machine as it is now.
        var options = $"timeout=2000 grpc={isGrpc} rate=";
        await client.StartLoadAsync(options + (Capacity / 4));
        await Wait.ForAsync(3);
        var alone = (await client.EndLoadAsync()).Percentile(0.5);

        await client.StartLoadAsync(options + (2 * Capacity));
        await Wait.ForAsync(Profile.Pick(8, 60));
        var report = await client.EndLoadAsync();
        var grown = await ResidentAsync(server) - memory;

        var seconds = Stopwatch.GetElapsedTime(report.Calls.Min(static call => call.Began), report.Calls.Max(static call => call.Began)).TotalSeconds;
        var served = report.Calls.Count(static call => !call.Failed) / seconds;
        var possible = Slots / alone.TotalSeconds;
        var protocol = isGrpc ? "gRPC" : "mucp";
        FaultTable.Check("R17", $"served, {protocol}", $"{served:F0}/s", $">= 90 % of {possible:F0}/s", served >= 0.9 * Math.Min(possible, Capacity), report.Kinds);
        FaultTable.Check("R17", $"kinds of refusals, {protocol}", report.Kinds, "Unavailable only", report.Surfaced.All(static call => call.Failure == nameof(ErrorKind.Unavailable)));
        var refusals = new LoadReport(report.Surfaced, []).Percentile(0.5);
        FaultTable.Check("R17", $"median refusal, {protocol}", $"{refusals.TotalMilliseconds:F1} ms", "<= 5 ms + the machine's own delay", refusals <= TimeSpan.FromMilliseconds(5) + (alone - TimeSpan.FromMilliseconds(HandlerMilliseconds)));
        FaultTable.Check("R17", $"memory, {protocol}", $"{grown / 1e6:F0} MB more", "<= 100 MB", grown <= 100_000_000);

        await client.StartLoadAsync(options + (Capacity / 4));
        await Wait.ForAsync(2);
        var after = Stopwatch.GetTimestamp();
        await Wait.ForAsync(3);
        var later = (await client.EndLoadAsync()).Since(after);
        FaultTable.CheckNothingSurfaced("R17", later, $"2 s after the load fell, {protocol}");
    }

    private static async Task<long> ResidentAsync(ServerPeer server) =>
        long.Parse((await server.AskAsync("memory")).Split(' ')[1], CultureInfo.InvariantCulture);
}
