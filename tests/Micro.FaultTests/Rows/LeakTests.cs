using System.Globalization;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>What is left of servers, clients and watches that have ended: R28.</summary>
public sealed class LeakTests(ITestOutputHelper output) : FaultLab(output)
{
    private static readonly int Cycles = Profile.Pick(150, 1000);

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    public async Task Memory_ServicesStartedAndStopped_NothingRemains_R28(RegistryKind kind)
    {
        var registry = await StartRegistryAsync(kind);
        var server = await StartServerAsync(registry, "--server_drain_delay=0s");

        // Whatever is made once per process is there after these, and the threads that the pool no longer needs have ended,
        // each with the buffers that it kept.
        await server.AskAsync($"cycle {Profile.Pick(60, 200)}", seconds: 300);
        await Wait.ForAsync(12);
        var before = await MemoryAsync(server);
        await server.AskAsync($"cycle {Cycles}", seconds: 900);
        var after = await MemoryAsync(server);

        // Connections that the last ones left close when their other ends do, and threads of the pool end: a leak is what remains.
        await Wait.UntilAsync(
            async () =>
            {
                after = await MemoryAsync(server);
                return HeapPerThousand() <= 2_000_000 && after[2] - before[2] <= 8 && after[3] - before[3] <= 5;
            },
            () => $"{HeapPerThousand() / 1e6:F2} MB per 1,000 services, {after[2] - before[2]} more files, {after[3] - before[3]} more threads");

        var heap = HeapPerThousand();
        FaultTable.Check("R28", $"heap per 1,000 services, {kind}", $"{heap / 1e6:F2} MB", "+/- 2 MB", heap <= 2_000_000);
        FaultTable.Check("R28", $"open files after {Cycles} services, {kind}", $"{after[2] - before[2]} more", "<= 8 more: sockets of the pools", after[2] - before[2] <= 8);
        FaultTable.Check("R28", $"threads after {Cycles} services, {kind}", $"{after[3] - before[3]} more", "<= 5 more: the pool's", after[3] - before[3] <= 5);

        long HeapPerThousand() => (after[0] - before[0]) * 1000 / Cycles;
    }

    private static async Task<long[]> MemoryAsync(ServerPeer server) =>
        [.. (await server.AskAsync("memory")).Split(' ').Select(static text => long.Parse(text, CultureInfo.InvariantCulture))];
}
