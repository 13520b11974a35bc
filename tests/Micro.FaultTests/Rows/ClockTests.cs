using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>The wall clock steps while everything runs: R20.</summary>
public sealed class ClockTests(ITestOutputHelper output) : FaultLab(output)
{
    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    public async Task WallClock_StepsByAnHourEitherWay_NothingExpiresAndNothingSurfaces_R20(RegistryKind kind)
    {
        var library = Environment.GetEnvironmentVariable("MICRO_LIBFAKETIME");
        LabNeeds.Require(library is not null, "no libfaketime: run eng/backends.sh");
        var clock = Path.GetTempFileName();
        try
        {
            Set(clock, "+0s");
            var environment = new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = library!,
                ["FAKETIME_TIMESTAMP_FILE"] = clock,
                ["FAKETIME_NO_CACHE"] = "1",
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
                ["DONT_FAKE_MONOTONIC"] = "1",
            };
            var registry = await StartRegistryAsync(kind);
            var servers = new[] { LaunchServer(null, environment, [.. registry.Flags, .. FastRegistration]), LaunchServer(null, environment, [.. registry.Flags, .. FastRegistration]) };
            foreach (var server in servers)
            {
                await server.WaitUntilReadyAsync();
            }

            var client = LaunchClient(null, environment, registry.Flags);
            await client.WaitUntilAnsweredAsync();
            var observer = LaunchClient(null, null, registry.Flags);
            await observer.AskAsync("watch faults");
            await Wait.UntilAsync(async () => (await observer.AskAsync("watched")).StartsWith("2 ", StringComparison.Ordinal), static () => "the watch knows both");
            var known = await observer.AskAsync("watched");

            await client.StartLoadAsync("rate=100 timeout=10000");
            foreach (var step in (string[])["+1h", "-1h", "+0s"])
            {
                Set(clock, step);
                await Wait.ForAsync(Profile.Pick(4, 15));
                foreach (var server in servers)
                {
                    (await server.StatusAsync("/health/ready")).Should().Be(200, "the clock stepped to {0}", step);
                }
            }

            var report = await client.EndLoadAsync();
            FaultTable.CheckNothingSurfaced("R20", report, $"{kind}, clock +1 h, -1 h");
            var now = await observer.AskAsync("watched");
            FaultTable.Check("R20", $"changes of records, {kind}", now == known ? "0" : $"{known} -> {now}", "0", now == known);
        }
        finally
        {
            File.Delete(clock);
        }
    }

    /// <summary>Replaces the file at once, so that no process reads half of it.</summary>
    private static void Set(string clock, string offset)
    {
        File.WriteAllText(clock + ".new", offset + "\n");
        File.Move(clock + ".new", clock, overwrite: true);
    }
}
