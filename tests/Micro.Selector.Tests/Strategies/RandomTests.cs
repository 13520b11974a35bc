using Micro.Selection;
using Micro.Selection.Strategies;

namespace Micro.Selector.Tests.Strategies;

/// <summary>The random strategy.</summary>
public sealed class RandomTests
{
    [Fact]
    public void Pick_ManyTimes_EveryNodeAboutEquallyOften()
    {
        var nodes = SelectorFixture.RecordOf("a", "b", "c", "d", "e").Nodes.ToArray();
        var picker = new RandomStrategy(42).CreatePicker(SelectorFixture.Service);
        var counts = new int[nodes.Length];
        for (var pick = 0; pick < 50_000; pick++)
        {
            counts[picker.Pick(nodes)]++;
        }

        counts.Should().OnlyContain(count => count > 9_500 && count < 10_500);
    }

    [Fact]
    public void CreatePicker_WithoutSeed_StartsSomewhereElse()
    {
        var nodes = SelectorFixture.RecordOf([.. Enumerable.Range(0, 250).Select(number => $"n{number}")]).Nodes.ToArray();
        var sequences = Enumerable.Range(0, 20)
            .Select(_ => SelectorStrategies.Random.CreatePicker(SelectorFixture.Service))
            .Select(picker => $"{picker.Pick(nodes)},{picker.Pick(nodes)},{picker.Pick(nodes)}");

        sequences.Distinct().Should().HaveCountGreaterThan(10);
    }

    [Fact]
    public async Task Pick_FurtherAttempts_AvoidTriedNodesUntilAllWereTried()
    {
        await using var fixture = new SelectorFixture(options => options.Strategy = SelectorStrategies.Random);
        await fixture.RegisterAsync("a", "b", "c", "d");
        for (var call = 0; call < 50; call++)
        {
            var attempted = new AttemptedNodes();
            for (var attempt = 0; attempt < 4; attempt++)
            {
                attempted.Add(await fixture.PickAsync(attempted));
            }

            attempted.Count.Should().Be(4, "each attempt went to another node");
            (await fixture.PickAsync(attempted)).Should().NotBeNull();
        }
    }

    [Fact]
    public async Task Pick_SecondAttempt_IsUniformAmongTheRest()
    {
        await using var fixture = new SelectorFixture(options => options.Strategy = new RandomStrategy(7));
        await fixture.RegisterAsync("a", "b", "c", "d");
        var attempted = new AttemptedNodes();
        attempted.Add(SelectorFixture.RecordOf("b").Nodes[0]);
        var counts = new Dictionary<string, int>();
        for (var pick = 0; pick < 9000; pick++)
        {
            var id = (await fixture.PickAsync(attempted)).Id;
            counts[id] = counts.GetValueOrDefault(id) + 1;
        }

        counts.Keys.Should().BeEquivalentTo("a", "c", "d");
        counts.Values.Should().OnlyContain(count => count > 2700 && count < 3300);
    }

    [Fact]
    public void NextDouble_ManyTimes_FromZeroToOne()
    {
        var random = new AtomicRandom(3);
        var values = Enumerable.Range(0, 10_000).Select(_ => random.NextDouble()).ToArray();

        values.Should().OnlyContain(value => value >= 0 && value < 1);
        values.Average().Should().BeApproximately(0.5, 0.02);
    }
}
