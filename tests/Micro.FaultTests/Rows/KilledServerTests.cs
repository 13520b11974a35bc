using System.Diagnostics;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>A server process is killed: R3.</summary>
public sealed class KilledServerTests(ITestOutputHelper output) : FaultLab(output)
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_ServerKilled_NothingSurfacesAndItIsLeftAloneAtOnce_R3(bool isGrpc)
    {
        var (registry, servers, client) = await StartFleetAsync(RegistryKind.Consul, 3);
        await client.StartLoadAsync($"rate={Profile.Pick(100, 2000)} timeout=10000 idempotent=true grpc={isGrpc}");
        await Wait.ForAsync(6);
        await servers[0].KillAsync();
        await Wait.ForAsync(Profile.Pick(6, 28));

        var report = await client.EndLoadAsync();
        var protocol = isGrpc ? "gRPC" : "mucp";
        FaultTable.CheckNothingSurfaced("R3", report, $"one of three servers killed, {protocol}, calls may be repeated");

        // The refused connect tells at once; calls in flight that broke can tell before anybody dials again.
        var failed = report.Attempts.Where(attempt => attempt.Node == servers[0].Address && attempt.Failed).ToList();
        failed.Should().NotBeEmpty("calls were made to it when it was killed");
        var told = failed.Where(static attempt => attempt.Failure == nameof(ErrorKind.Connect)).DefaultIfEmpty(failed[0]).Min(static attempt => attempt.Ended);
        var later = report.Attempts.Count(attempt => attempt.Node == servers[0].Address && Stopwatch.GetElapsedTime(told, attempt.Began) > TimeSpan.FromMilliseconds(100));
        FaultTable.Check("R3", $"attempts at it 100 ms after the first refusal, {protocol}", $"{later}", "<= 2: probes", later <= 2);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_ServerKilled_CallsThatMayNotBeRepeatedRunOnce_R3(bool isGrpc)
    {
        var (_, servers, client) = await StartFleetAsync(RegistryKind.Etcd, 3);
        foreach (var server in servers)
        {
            // At any moment several calls are in flight at each server.
            await server.AskAsync("delay 200");
        }

        await client.StartLoadAsync($"rate={Profile.Pick(100, 2000)} timeout=10000 idempotent=false grpc={isGrpc}");
        await Wait.ForAsync(6);
        var killed = Stopwatch.GetTimestamp();
        await servers[0].KillAsync();
        await Wait.ForAsync(Profile.Pick(3, 28));

        var report = await client.EndLoadAsync();
        var protocol = isGrpc ? "gRPC" : "mucp";
        var atIt = report.Attempts.Where(attempt => attempt.Node == servers[0].Address && attempt.Ended >= killed).ToList();

        // The client notices with the first connection that breaks; what it had sent by then was in flight.
        var noticed = atIt.Where(static attempt => attempt.Failed).Select(static attempt => attempt.Ended).DefaultIfEmpty(killed).Min();
        var inFlight = atIt.Count(attempt => attempt.Began <= noticed);
        FaultTable.Check("R3", $"calls failed, one of three servers killed, {protocol}, calls may not be repeated", $"{report.Surfaced.Count}", $"<= {inFlight} in flight there", report.Surfaced.Count <= inFlight, report.Kinds);
        report.Surfaced.Should().NotBeEmpty("calls were in flight").And.OnlyContain(static call => call.Failure == nameof(ErrorKind.Broken));
        var started = 0;
        foreach (var server in servers.Skip(1))
        {
            var executions = await server.ExecutionsAsync();
            executions.Repeated.Should().Be(0);
            started += executions.Started;
        }

        // What the killed one executed went with it; more than the calls that did not end there must not run elsewhere.
        var elsewhere = report.Attempts.Count(attempt => attempt.Node != servers[0].Address && !attempt.Failed);
        FaultTable.Check("R3", $"calls executed by the others, {protocol}", $"{started}", $"{elsewhere}: each that they answered, plus the first call of the client", started <= elsewhere + 1);
    }
}
