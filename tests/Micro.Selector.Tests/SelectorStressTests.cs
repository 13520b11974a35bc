using Micro.Registry;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Selector.Tests;

/// <summary>Runs everything concurrently, on real time: no torn lists, no errors, and the right nodes at the end.</summary>
public sealed class SelectorStressTests
{
    [Fact]
    public async Task Picks_WhileNodesAndWatchesComeAndGo_AlwaysFindAListedNode_C5_C16()
    {
        await using var store = MemoryRegistry.Create();
        await using var registry = new FaultRegistry(store);
        await using var selector = Selectors.Create(options =>
        {
            options.Registry = registry;
            options.CacheTtl = TimeSpan.FromMilliseconds(200);
            options.MinimumRetryInterval = TimeSpan.FromMilliseconds(50);

            // The reports below are invented: nodes that seem dead must not hide the effect of the list.
            options.Ejection.Enabled = false;
        });
        await SelectorFixture.RegisterAsync(store, SelectorFixture.RecordOf("stays"));
        using var stop = new CancellationTokenSource();
        var picks = new int[4];
        var pickers = Enumerable.Range(0, 4).Select(index => Task.Run(() => PickUntilAsync(selector, picks, index, stop.Token))).ToArray();
        await Eventually.TrueAsync(() => Array.TrueForAll(picks, count => count > 100), "pickers at work");

        var random = new Random(1);
        for (var round = 0; round < 1000; round++)
        {
            var record = SelectorFixture.RecordOf($"n{random.Next(20)}");
            await (random.Next(2) == 0 ? SelectorFixture.RegisterAsync(store, record) : store.DeregisterAsync(record));
            if (round % 100 == 0)
            {
                registry.CutWatches();
            }

            await Task.Yield();
        }

        await store.DeregisterAsync(SelectorFixture.RecordOf([.. Enumerable.Range(0, 20).Select(number => $"n{number}")]));
        await SelectorFixture.RegisterAsync(store, SelectorFixture.RecordOf("last"));
        await Eventually.TrueAsync(
            async () =>
            {
                var ids = new HashSet<string>();
                for (var pick = 0; pick < 50; pick++)
                {
                    ids.Add((await selector.PickAsync(SelectorFixture.Service, SelectOptions.Default)).Node.Id);
                }

                return ids.SetEquals(["stays", "last"]);
            },
            "the truth");
        await stop.CancelAsync();

        await Task.WhenAll(pickers);
    }

    private static async Task PickUntilAsync(ISelector selector, int[] picks, int index, CancellationToken stop)
    {
        var filtered = new SelectOptions { Filters = [SelectorFilters.Version("1")], Strategy = SelectorStrategies.RoundRobin };
        while (!stop.IsCancellationRequested)
        {
            var attempted = new AttemptedNodes();
            for (var attempt = 0; attempt < 3; attempt++)
            {
                var pick = await selector.PickAsync(SelectorFixture.Service, attempt % 2 == 0 ? SelectOptions.Default : filtered, attempted, CancellationToken.None);
                attempted.Add(pick.Node);
                pick.Complete(new AttemptOutcome(attempt != 0, ErrorKind.Connect, TimeSpan.Zero));
                Interlocked.Increment(ref picks[index]);
            }

            await Task.Yield();
        }
    }
}
