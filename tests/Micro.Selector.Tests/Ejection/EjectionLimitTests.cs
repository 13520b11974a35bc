using Micro.Registry;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Selector.Tests.Ejection;

/// <summary>Tests the limit on ejected nodes: a call always finds a node: rule R19.</summary>
public sealed class EjectionLimitTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(10, 5)]
    public async Task Complete_AllNodesRefuse_AtMostHalfAreEjected_R19(int nodes, int mostEjected)
    {
        await using var fixture = new EjectionFixture();
        var ids = Enumerable.Range(0, nodes).Select(number => $"n{number}").ToArray();
        await fixture.RegisterAsync(ids);

        for (var attempt = 0; attempt < nodes * 10; attempt++)
        {
            (await fixture.PickAsync()).Complete(new AttemptOutcome(Succeeded: false, ErrorKind.Connect, TimeSpan.Zero));
        }

        (await fixture.UsedAsync(nodes * 10)).Should().HaveCount(nodes - mostEjected);
    }

    [Fact]
    public async Task Pick_OnlyNodeEjected_IsUsedAll_R19()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a");

        await fixture.ReportAsync("a", ErrorKind.Connect, times: 5);

        (await fixture.PickedWithoutReportAsync()).Should().Equal("a");
    }

    [Fact]
    public async Task Pick_HealthyNodesGoAway_ExcessComesBack_R19()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c", "d", "e", "f");
        foreach (var id in new[] { "a", "b", "c" })
        {
            await fixture.ReportAsync(id, ErrorKind.Connect);
        }

        foreach (var id in new[] { "d", "e" })
        {
            await fixture.Inner.Store.DeregisterAsync(EjectionFixture.RecordOf(id));
        }

        await fixture.Inner.CountsAsync(listed: 4, suspects: 0);
        (await fixture.PickedWithoutReportAsync()).Should().HaveCount(2).And.Contain("f");
    }

    [Fact]
    public async Task Pick_FilterLeavesOnlyEjectedNodes_TheyAreUsed_R19()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await SelectorFixture.RegisterAsync(fixture.Inner.Store, EjectionFixture.RecordOf("z") with { Version = "2" });
        await fixture.Inner.CountsAsync(listed: 4, suspects: 0);
        await fixture.ReportAsync("z", ErrorKind.Connect);
        var options = new SelectOptions { Filters = [SelectorFilters.Version("2")] };

        (await fixture.Selector.PickAsync(SelectorFixture.Service, options)).Node.Id.Should().Be("z");
        (await fixture.UsedAsync()).Should().Equal("a", "b", "c");
    }

    [Fact]
    public async Task Pick_FurtherAttempts_UsableFirstThenEjected()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.ReportAsync("b", ErrorKind.Connect);
        var attempted = new AttemptedNodes();
        var order = new List<string>();

        for (var attempt = 0; attempt < 3; attempt++)
        {
            var node = (await fixture.PickAsync(attempted)).Node;
            attempted.Add(node);
            order.Add(node.Id);
        }

        order.Take(2).Should().BeEquivalentTo("a", "c");
        order[2].Should().Be("b");
        (await fixture.PickAsync(attempted)).Node.Id.Should().NotBe("b");
    }

    [Fact]
    public async Task Pick_ListedNodesEjected_HealthySuspectsComeFirst_D3()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c", "d");
        fixture.Inner.Registry.ReadResult = [EjectionFixture.RecordOf("d")];
        await fixture.Inner.Store.DeregisterAsync(EjectionFixture.RecordOf("a", "b", "c"));
        await fixture.Inner.CountsAsync(listed: 1, suspects: 3);

        await fixture.ReportAsync("d", ErrorKind.Connect);

        (await fixture.PickedWithoutReportAsync()).Should().Equal("a", "b", "c");
        for (var refused = 0; refused < 3; refused++)
        {
            (await fixture.PickAsync()).Complete(new AttemptOutcome(Succeeded: false, ErrorKind.Connect, TimeSpan.Zero));
        }

        (await fixture.PickedWithoutReportAsync()).Should().Equal("d");
    }

    [Fact]
    public async Task Picks_ManyThreadsWithRandomOutcomes_AlwaysANodeAndOneProbeAtATime_R19()
    {
        await using var registry = MemoryRegistry.Create(options => options.Services = [EjectionFixture.RecordOf("a", "b", "c", "d", "e")]);
        await using var selector = Selectors.Create(options =>
        {
            options.Registry = registry;
            options.Ejection.FirstPause = TimeSpan.FromMilliseconds(10);
            options.Ejection.LongestPause = TimeSpan.FromMilliseconds(20);
        });

        // "a" always refuses, so after its first ejection each request that reaches it is a probe.
        var ejected = 0;
        var running = 0;
        var most = 0;
        var probes = 0;
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                var pick = await selector.PickAsync(SelectorFixture.Service, SelectOptions.Default);
                if (pick.Node.Id != "a")
                {
                    pick.Complete(new AttemptOutcome(random.Next(3) != 0, ErrorKind.Application, TimeSpan.Zero));
                    continue;
                }

                var wasEjected = Volatile.Read(ref ejected) == 1;
                if (wasEjected)
                {
                    Interlocked.Increment(ref probes);
                    var now = Interlocked.Increment(ref running);
                    InterlockedMax(ref most, now);
                    await Task.Yield();
                    Interlocked.Decrement(ref running);
                }

                pick.Complete(new AttemptOutcome(Succeeded: false, ErrorKind.Connect, TimeSpan.Zero));
                if (!wasEjected)
                {
                    // Earlier picks of other threads may still be in flight.
                    await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
                    Volatile.Write(ref ejected, 1);
                }
            }
        })).ToArray();

        await Eventually.TrueAsync(() => Volatile.Read(ref probes) > 20, "20 probes");
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        most.Should().Be(1);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        var seen = Volatile.Read(ref target);
        while (value > seen)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
