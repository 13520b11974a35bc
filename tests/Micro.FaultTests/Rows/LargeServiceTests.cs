using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Micro.FaultTests.Rows;

/// <summary>One service with very many nodes: R22.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class LargeServiceTests(ITestOutputHelper output) : FaultLab(output)
{
    private static readonly int Nodes = Profile.Pick(2_000, 5_000);

    [SkippableTheory]
    [InlineData(RegistryKind.Etcd)]
    [InlineData(RegistryKind.Consul)]
    public async Task Watch_ThousandsOfNodes_ListedAtOnceAndAChangeIsSeenAtOnce_R22(RegistryKind kind)
    {
        var registry = await StartRegistryAsync(kind);
        var writer = LaunchClient(null, null, registry.Flags);
        await writer.AskAsync($"register many {Nodes}", seconds: 120);

        var reader = LaunchClient(null, null, registry.Flags);
        await reader.AskAsync("lookup many");
        var looked = (await reader.AskAsync("lookup many")).Split(' ');
        FaultTable.Check("R22", $"nodes listed, {kind}", looked[0], $"{Nodes}", looked[0] == $"{Nodes}");
        var listed = double.Parse(looked[1], CultureInfo.InvariantCulture);
        FaultTable.Check("R22", $"list of {Nodes}, {kind}", $"{listed:F0} ms", "<= 1 s", listed <= 1000);

        var empty = await HeapAsync(reader);
        await reader.AskAsync("watch many");
        await Wait.UntilAsync(async () => await KnownAsync(reader) == Nodes, static () => "the watch knows all");
        var perNode = (await HeapAsync(reader) - empty) / Nodes;
        FaultTable.Check("R22", $"memory of a watched node, {kind}", $"{perNode} B", "<= 4 KB", perNode <= 4096);

        var written = long.Parse(await writer.AskAsync("register many 1"), CultureInfo.InvariantCulture);
        await Wait.UntilAsync(async () => await KnownAsync(reader) == Nodes + 1, static () => "the watch knows the new one");
        var seen = long.Parse((await reader.AskAsync("watched")).Split(' ')[1], CultureInfo.InvariantCulture);
        var late = Stopwatch.GetElapsedTime(written, Math.Max(written, seen));
        FaultTable.Check("R22", $"one change seen, {kind}", $"{late.TotalMilliseconds:F0} ms", "<= 500 ms", late <= TimeSpan.FromMilliseconds(500));
    }

    private static async Task<int> KnownAsync(ClientPeer reader) => int.Parse((await reader.AskAsync("watched")).Split(' ')[0], CultureInfo.InvariantCulture);

    private static async Task<long> HeapAsync(ClientPeer reader) => long.Parse((await reader.AskAsync("memory")).Split(' ')[0], CultureInfo.InvariantCulture);
}
