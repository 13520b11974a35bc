using Micro.Selection;

namespace Micro.Selector.Tests.Snapshots;

/// <summary>Tests that a warm pick allocates nothing, measured on this thread.</summary>
public sealed class AllocationTests
{
    private const int Picks = 1000;

    public static TheoryData<string> Strategies => ["random", "roundrobin"];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Pick_Warmed_AllocatesNothing_R_CAC_4(string strategy)
    {
        await using var fixture = new SelectorFixture(options => options.Strategy = SelectorStrategies.Get(strategy));
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.PickAsync();

        Measure(fixture.Selector, SelectOptions.Default).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Pick_WarmedWithFilters_AllocatesNothing_R_CAC_4(string strategy)
    {
        await using var fixture = new SelectorFixture(options => options.Strategy = SelectorStrategies.Get(strategy));
        await fixture.RegisterAsync("a", "b", "c");
        var kept = new SelectOptions { Filters = [SelectorFilters.Version("1"), SelectorFilters.Version("1")] };
        await fixture.PickAsync(options: kept);

        Measure(fixture.Selector, kept).Should().Be(0);
    }

    [Fact]
    public async Task Pick_WarmedWithEqualOptionsInTurn_AllocatesNothing_R_CAC_4()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a", "b", "c");
        SelectOptions[] options =
        [
            new() { Filters = [SelectorFilters.Version("1")] },
            new() { Strategy = SelectorStrategies.Random },
            new() { Filters = [SelectorFilters.Version("1")] },
        ];
        foreach (var option in options)
        {
            await fixture.PickAsync(options: option);
        }

        Measure(fixture.Selector, options).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Pick_FurtherAttempt_AllocatesNothing_R_CAC_4(string strategy)
    {
        await using var fixture = new SelectorFixture(options => options.Strategy = SelectorStrategies.Get(strategy));
        await fixture.RegisterAsync("a", "b", "c");
        var attempted = new AttemptedNodes();
        attempted.Add(await fixture.PickAsync());
        await fixture.PickAsync(attempted);

        Measure(fixture.Selector, [SelectOptions.Default], attempted).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Pick_WhileANodeIsEjected_AllocatesNothing_R_CAC_4(string strategy)
    {
        await using var fixture = new SelectorFixture(options => options.Strategy = SelectorStrategies.Get(strategy));
        await fixture.RegisterAsync("a", "b", "c");
        (await fixture.Selector.PickAsync(SelectorFixture.Service, SelectOptions.Default))
            .Complete(new AttemptOutcome(Succeeded: false, ErrorKind.Connect, TimeSpan.Zero));
        await fixture.PickAsync();

        Measure(fixture.Selector, SelectOptions.Default).Should().Be(0);
        (await fixture.PickedAsync()).Should().HaveCount(2);
    }

    private static long Measure(ISelector selector, params SelectOptions[] options) => Measure(selector, options, null);

    private static long Measure(ISelector selector, SelectOptions[] options, AttemptedNodes? attempted)
    {
        Node? node = null;
        for (var warm = 0; warm < 100; warm++)
        {
            node = Pick(selector, options[warm % options.Length], attempted);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var pick = 0; pick < Picks; pick++)
        {
            node = Pick(selector, options[pick % options.Length], attempted);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        node.Should().NotBeNull();
        return allocated;
    }

    private static Node Pick(ISelector selector, SelectOptions options, AttemptedNodes? attempted)
    {
        var pending = selector.PickAsync(SelectorFixture.Service, options, attempted);
        var pick = pending.IsCompletedSuccessfully ? pending.Result : throw new InvalidOperationException("a warmed pick waits for nothing");
        pick.Complete(new AttemptOutcome(Succeeded: true, default, TimeSpan.Zero));
        return pick.Node;
    }
}
