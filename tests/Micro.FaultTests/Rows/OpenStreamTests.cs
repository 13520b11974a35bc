using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>A server process stops while streams of each kind are open on it: R11, R33.</summary>
public sealed class OpenStreamTests(ITestOutputHelper output) : FaultLab(output)
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_StreamsOfEachKindAreOpen_EndWithUnavailableAndUnaryCallsGoOn_R33(bool isGrpc)
    {
        var registry = await StartRegistryAsync(RegistryKind.Etcd);
        var leaving = await StartServerAsync(registry);
        var client = await StartClientAsync(registry);
        string[] endpoints = ["Faults.Count", "Faults.Echo", "Faults.Sum"];
        foreach (var endpoint in endpoints)
        {
            await client.AskAsync($"open {endpoint} {(isGrpc ? "application/grpc+json" : "application/json")}");
        }

        await StartServerAsync(registry);
        await client.StartLoadAsync($"rate=200 timeout=5000 idempotent=false grpc={isGrpc}");
        await Wait.ForAsync(2);
        (await client.AskAsync("ended")).Should().Be("Open Open Open");

        leaving.Terminate();
        leaving.Terminate(); // as below `dotnet run`: counts as one
        var took = await leaving.WaitForExitAsync();
        var protocol = isGrpc ? "gRPC" : "mucp";
        FaultTable.Check("R33", $"exit with open streams, {protocol}", $"{took.TotalSeconds:F1} s", "<= 10 s", took <= TimeSpan.FromSeconds(10));
        took.Should().BeGreaterThan(TimeSpan.FromSeconds(4), "streams get their time");
        var ends = "";
        await Wait.UntilAsync(async () => !(ends = await client.AskAsync("ended")).Contains("Open", StringComparison.Ordinal), () => $"all streams end: {ends}");
        FaultTable.Check("R33", $"ends of streams, {protocol}", ends, "Unavailable each", ends == "Unavailable Unavailable Unavailable");
        FaultTable.CheckNothingSurfaced("R33", await client.EndLoadAsync(), $"unary calls beside the streams, {protocol}");

        foreach (var endpoint in endpoints)
        {
            (await client.AskAsync($"open {endpoint} {(isGrpc ? "application/grpc+json" : "application/json")}")).Should().NotBeEmpty("it goes on at the other server");
        }
    }
}
