using Micro.Selection;
using Micro.Selection.Strategies;

namespace Micro.Selector.Tests.Strategies;

/// <summary>Round robin: rule R-SEL-5.</summary>
public sealed class RoundRobinTests
{
    [Fact]
    public async Task Pick_SuccessiveCalls_VisitNodesInOrder_R_SEL_5()
    {
        await using var fixture = new SelectorFixture(options => options.Strategy = new RoundRobinStrategy(0));
        await SelectorFixture.RegisterAsync(fixture.Store, SelectorFixture.RecordOf("2", ["a"]));
        await SelectorFixture.RegisterAsync(fixture.Store, SelectorFixture.RecordOf("1", ["c", "b"]));

        var picked = new List<string>();
        for (var pick = 0; pick < 6; pick++)
        {
            picked.Add((await fixture.PickAsync()).Id);
        }

        picked.Should().Equal("b", "c", "a", "b", "c", "a");
    }

    [Fact]
    public async Task Pick_FurtherAttempts_TakeTheFollowingNodes_R_SEL_5()
    {
        await using var fixture = new SelectorFixture(options => options.Strategy = new RoundRobinStrategy(1));
        await fixture.RegisterAsync("a", "b", "c");
        var attempted = new AttemptedNodes();
        var tried = new List<string>();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var node = await fixture.PickAsync(attempted);
            tried.Add(node.Id);
            attempted.Add(node);
        }

        tried.Should().Equal("b", "c", "a");
        (await fixture.PickAsync(attempted)).Id.Should().BeOneOf("a", "b", "c");
    }

    [Fact]
    public void PickUntried_CounterPointsAtATriedNode_TakesTheNextOne_R_SEL_5()
    {
        var nodes = SelectorFixture.RecordOf("a", "b", "c").Nodes.ToArray();
        var attempted = new AttemptedNodes();
        attempted.Add(nodes[1]);

        new RoundRobinPicker(1).PickUntried(nodes, attempted).Should().Be(2);
    }

    [Fact]
    public async Task Pick_ListChanges_DoesNotStartAgain_R_SEL_5()
    {
        await using var fixture = new SelectorFixture(options => options.Strategy = new RoundRobinStrategy(0));
        await fixture.RegisterAsync("a", "b");
        await fixture.Selector.RefreshAsync(SelectorFixture.Service);
        (await fixture.PickAsync()).Id.Should().Be("a");

        // The list grows by a direct read, so that the test knows when: the counter stands at 1.
        await fixture.RegisterAsync("c");
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        await fixture.Selector.RefreshAsync(SelectorFixture.Service);

        (await fixture.PickAsync()).Id.Should().Be("b");
        (await fixture.PickAsync()).Id.Should().Be("c");
    }

    [Fact]
    public async Task Pick_TwoServicesAndFilterSets_CountersAreTheirOwn_R_SEL_5()
    {
        await using var fixture = new SelectorFixture(options => options.Strategy = new RoundRobinStrategy(0));
        await fixture.RegisterAsync("a", "b");
        await SelectorFixture.RegisterAsync(fixture.Store, SelectorFixture.RecordOf("1", ["x", "y"], "other"));
        var filtered = new SelectOptions { Filters = [SelectorFilters.Version("1")] };
        var same = new SelectOptions { Filters = [SelectorFilters.Version("1")] };

        (await fixture.PickAsync()).Id.Should().Be("a");
        (await fixture.Selector.PickAsync("other", SelectOptions.Default)).Node.Id.Should().Be("x");
        (await fixture.PickAsync(options: filtered)).Id.Should().Be("a");
        (await fixture.PickAsync(options: same)).Id.Should().Be("b", "equal filters are one set");
        (await fixture.PickAsync()).Id.Should().Be("b");
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(0U)]
    public void Pick_AnyStart_StaysInside_R_SEL_5(uint start)
    {
        var nodes = SelectorFixture.RecordOf("a", "b", "c").Nodes.ToArray();
        var picker = new RoundRobinPicker(start);

        var first = picker.Pick(nodes);

        first.Should().Be((int)(start % 3));
        picker.Pick(nodes).Should().Be((first + 1) % 3);
        picker.Pick(nodes.AsSpan(0, 1)).Should().Be(0);
    }

    [Fact]
    public async Task Pick_ManyThreads_EveryNodeEquallyOften_R_SEL_5()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a", "b", "c", "d");
        await fixture.PickAsync();
        var counts = new int[4];

        await Parallel.ForAsync(0, 4000, async (_, _) =>
        {
            var node = await fixture.PickAsync();
            Interlocked.Increment(ref counts[node.Id[0] - 'a']);
        });

        counts.Should().OnlyContain(count => count == 1000);
    }
}
