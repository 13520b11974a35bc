using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>A server process stands still while calls come in: R5, R34.</summary>
public sealed class PausedServerTests(ITestOutputHelper output) : FaultLab(output)
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_ServerStandsStill_NoneIsStartedWhoseCallerHasGone_R34(bool isGrpc)
    {
        LabNeeds.Signals();
        var (_, servers, client) = await StartFleetAsync(RegistryKind.Etcd, 1);
        var server = servers[0];

        // Code that is compiled at its first use delays the first calls on a busy machine: no pause of the server does.
        await client.StartLoadAsync($"rate=100 timeout=5000 attempt=5000 idempotent=false grpc={isGrpc}");
        await Wait.ForAsync(2);
        await client.EndLoadAsync();

        await client.StartLoadAsync($"rate=100 timeout=500 attempt=500 idempotent=false grpc={isGrpc}");
        await Wait.ForAsync(2);

        for (var pause = 0; pause < Profile.Pick(1, 5); pause++)
        {
            server.Pause();
            await Wait.ForAsync(6);
            server.Resume();
            await Wait.ForAsync(4);
        }

        var report = await client.EndLoadAsync();
        var protocol = isGrpc ? "gRPC" : "mucp";
        report.Surfaced.Should().NotBeEmpty("the only server stood still");
        var executed = await server.ExecutionsAsync();
        FaultTable.Check("R34", $"handlers started for callers who had gone, {protocol}", $"{executed.Expired}", "0", executed.Expired == 0);
        FaultTable.Check("R5", $"calls started twice, {protocol}", $"{executed.Repeated}", "0", executed.Repeated == 0);
    }
}
