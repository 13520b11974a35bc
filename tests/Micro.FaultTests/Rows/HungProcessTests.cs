using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>A process hangs for good while its kernel goes on accepting connections and bytes for it; default timeouts.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class HungProcessTests(ITestOutputHelper output) : FaultLab(output)
{
    /// <summary>The registry goes on listing a node that is cut off.</summary>
    private static readonly string[] LongRegistration = ["--register_interval=30", "--register_ttl=90"];

    public static TheoryData<bool, bool> Cases => Profile.Pick(
        new TheoryData<bool, bool> { { false, true }, { true, true } },
        new TheoryData<bool, bool> { { false, true }, { false, false }, { true, true }, { true, false } });

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task Calls_OneProcessHangs_FewAreSlow(bool isGrpc, bool isIdempotent)
    {
        LabNeeds.Signals();
        var (_, servers, client) = await StartFleetAsync(RegistryKind.Etcd, 3, LongRegistration);
        await client.StartLoadAsync($"rate=100 timeout=30000 grpc={isGrpc} idempotent={isIdempotent}");
        await Wait.ForAsync(6);

        servers[0].Pause();
        await Wait.ForAsync(Profile.Pick(12, 40));
        var report = await client.EndLoadAsync();

        var how = $"{(isGrpc ? "gRPC" : "mucp")}, calls {(isIdempotent ? "" : "not ")}idempotent";
        var slow = report.SlowerThan(TimeSpan.FromSeconds(4));
        FaultTable.Check("hung", $"calls that failed or waited a whole attempt, {how}", $"{slow} of {report.Calls.Count}", "<= 20", slow <= 20, report.Kinds);
        if (isIdempotent)
        {
            FaultTable.CheckNothingSurfaced("hung", report, $"one of three processes stopped for good, {how}");
        }
    }
}
