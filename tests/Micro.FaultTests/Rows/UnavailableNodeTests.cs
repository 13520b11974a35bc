using System.Diagnostics;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>One node, or all, answer at once that they cannot serve: R16, R18.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class UnavailableNodeTests(ITestOutputHelper output) : FaultLab(output)
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_OneNodeIsUnavailable_NothingSurfacesAndItIsLeftOut_R16(bool isGrpc)
    {
        var (_, servers, client) = await StartFleetAsync(RegistryKind.Etcd, 3);
        await client.StartLoadAsync($"rate=200 timeout=5000 grpc={isGrpc}");
        await Wait.ForAsync(5);

        await servers[0].AskAsync("fail unavailable");
        await Wait.ForAsync(2);
        var settled = Stopwatch.GetTimestamp();
        await Wait.ForAsync(Profile.Pick(6, 30));
        var report = await client.EndLoadAsync();

        var protocol = isGrpc ? "gRPC" : "mucp";
        FaultTable.CheckNothingSurfaced("R16", report, $"one of three nodes answers 503, {protocol}");
        var share = report.Since(settled).ShareOf(servers[0].Address);
        FaultTable.Check("R16", $"attempts at the node that answers 503, {protocol}", $"{share:P1}", "<= 5 % after 2 s", share <= 0.05);

        await servers[1].AskAsync("fail application");
        await client.StartLoadAsync($"rate=200 timeout=5000 grpc={isGrpc}");
        await Wait.ForAsync(5);
        var refused = (await client.EndLoadAsync()).ShareOf(servers[1].Address);
        FaultTable.Check("R16", $"attempts at the node with errors of the application, {protocol}", $"{refused:P1}", ">= 25 %: never left out", refused >= 0.25);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_AllNodesFail_RetriesAreBoundedAndEndWithTheFault_R18(bool isGrpc)
    {
        var (_, servers, client) = await StartFleetAsync(RegistryKind.Etcd, 3);
        await client.StartLoadAsync($"rate=100 timeout=5000 grpc={isGrpc}");
        await Wait.ForAsync(Profile.Pick(12, 30));

        await Task.WhenAll(servers.Select(static server => server.AskAsync("fail unavailable")));
        var failing = Stopwatch.GetTimestamp();
        var seconds = Profile.Pick(12, 30);
        await Wait.ForAsync(seconds);
        var healing = Stopwatch.GetTimestamp();
        await Task.WhenAll(servers.Select(static server => server.AskAsync("fail none")));
        await Wait.ForAsync(2);
        var healed = Stopwatch.GetTimestamp();
        await Wait.ForAsync(3);
        var report = await client.EndLoadAsync();

        var protocol = isGrpc ? "gRPC" : "mucp";
        var calls = report.Calls.Count(call => call.Began >= failing && call.Began < healing);
        var attempts = report.Attempts.Count(attempt => attempt.Began >= failing && attempt.Began < healing);
        FaultTable.Check("R18", $"attempts while all fail, {protocol}", $"{(double)attempts / calls:F2} per call", "<= 1.30, <= 1.2 x calls + 10/s", attempts <= 1.3 * calls && attempts <= (1.2 * calls) + (10 * seconds));
        FaultTable.CheckNothingSurfaced("R18", report.Since(healed), $"2 s after the nodes healed, {protocol}");
    }
}
