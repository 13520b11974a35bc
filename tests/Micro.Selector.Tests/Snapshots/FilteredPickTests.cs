using Micro.Registry;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Selector.Tests.Snapshots;

/// <summary>Filters and strategies of a pick.</summary>
public sealed class FilteredPickTests : IAsyncLifetime
{
    private readonly SelectorFixture _fixture = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Fact]
    public async Task Pick_FiltersLeaveNone_NoneAvailable()
    {
        await _fixture.RegisterAsync("a");
        var pick = () => _fixture.PickAsync(options: new SelectOptions { Filters = [SelectorFilters.Version("9")] });

        var error = (await pick.Should().ThrowAsync<NoneAvailableException>()).Which;
        error.Code.Should().Be(503);
        error.Kind.Should().Be(ErrorKind.NoNode);
        _fixture.Registry.Reads.Should().Be(1, "the service is known: asking again would not help");
    }

    [Fact]
    public async Task Pick_ManyFilters_AppliedInOrder()
    {
        await SelectorFixture.RegisterAsync(_fixture.Store, SelectorFixture.RecordOf("1", ["a", "b"]));
        await SelectorFixture.RegisterAsync(_fixture.Store, SelectorFixture.RecordOf("2", ["c"]));
        var seen = new List<string>();
        var options = new SelectOptions
        {
            Filters = [new Recording("first", seen), SelectorFilters.Version("1"), new Recording("second", seen)],
        };

        (await _fixture.PickedAsync(options: options)).Should().Equal("a", "b");
        seen.Take(4).Should().Equal("first:2", "first:0", "second:1", "second:0");
        seen.Should().HaveCount(4, "the result is kept; the second of each pair is for vanished nodes");
    }

    [Fact]
    public async Task Pick_ListChanges_FiltersAreAppliedAnew()
    {
        await _fixture.RegisterAsync("a");
        await _fixture.WatchAsync();
        var options = new SelectOptions { Filters = [SelectorFilters.Version("1")] };
        (await _fixture.PickedAsync(options: options)).Should().Equal("a");

        await _fixture.RegisterAsync("b");

        await Eventually.TrueAsync(async () => (await _fixture.PickedAsync(options: options)).SequenceEqual(["a", "b"]), "the new node");
    }

    [Fact]
    public async Task Pick_MoreFilterSetsThanKept_StillRight()
    {
        await using var fixture = new SelectorFixture(options => options.MaxFilterSets = 2);
        await fixture.RegisterAsync("a", "b");

        for (var set = 0; set < 10; set++)
        {
            var seen = new List<string>();
            var options = new SelectOptions { Filters = [new Recording("set" + set, seen)] };
            (await fixture.PickedAsync(4, options)).Should().Equal(["a", "b"], "the counter moves on without a place of its own");
        }
    }

    [Fact]
    public async Task Pick_StrategyOfTheCall_ReplacesTheSelectors()
    {
        await _fixture.RegisterAsync("a", "b", "c");
        var options = new SelectOptions { Strategy = new Always(2) };

        (await _fixture.PickedAsync(options: options)).Should().Equal("c");
        (await _fixture.PickedAsync()).Should().Equal("a", "b", "c");
    }

    [Fact]
    public async Task Pick_StrategyPicksOutside_IsNamed()
    {
        await _fixture.RegisterAsync("a");
        var pick = () => _fixture.PickAsync(options: new SelectOptions { Strategy = new Always(1) });

        await pick.Should().ThrowAsync<InvalidOperationException>().WithMessage("*Always*picked 1 of 1*");
    }

    [Fact]
    public async Task Pick_StrategyThatInsists_GetsOnlyUntriedNodes()
    {
        await _fixture.RegisterAsync("a", "b", "c");
        var options = new SelectOptions { Strategy = new Always(0) };
        var attempted = new AttemptedNodes();
        var order = new List<string>();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var node = await _fixture.PickAsync(attempted, options);
            order.Add(node.Id);
            attempted.Add(node);
        }

        order.Should().Equal("a", "b", "c");
        (await _fixture.PickAsync(attempted, options)).Id.Should().Be("a", "when all were tried, any will do");
    }

    [Fact]
    public async Task Complete_Outcome_ReachesThePicker()
    {
        await _fixture.RegisterAsync("a");
        var strategy = new Always(0);
        var pick = await _fixture.Selector.PickAsync(SelectorFixture.Service, new SelectOptions { Strategy = strategy });

        pick.Complete(new AttemptOutcome(false, ErrorKind.Timeout, TimeSpan.FromSeconds(5)));

        strategy.Completed.Should().Equal(("a", ErrorKind.Timeout));
    }

    [Fact]
    public async Task FindEndpoint_KnownService_FindsIt()
    {
        var record = SelectorFixture.RecordOf("a") with { Endpoints = [new Endpoint { Name = "Greeter.Hello" }] };
        await SelectorFixture.RegisterAsync(_fixture.Store, record);
        _fixture.Selector.FindEndpoint(SelectorFixture.Service, "Greeter.Hello").Should().BeNull("nothing was looked up yet");

        await _fixture.PickAsync();

        _fixture.Selector.FindEndpoint(SelectorFixture.Service, "Greeter.Hello").Should().BeSameAs(record.Endpoints[0]);
        _fixture.Selector.FindEndpoint(SelectorFixture.Service, "Greeter.Bye").Should().BeNull();
        _fixture.Registry.Reads.Should().Be(1);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task FindEndpoint_VersionsDisagree_IdempotentOnlyWhenAllAre(string version)
    {
        foreach (var each in new[] { "1", "2" })
        {
            var labels = new Dictionary<string, string> { ["idempotent"] = each == version ? "true" : "false" };
            var endpoint = new Endpoint { Name = "Greeter.Hello", Metadata = labels };
            await SelectorFixture.RegisterAsync(_fixture.Store, SelectorFixture.RecordOf(each, ["n" + each]) with { Endpoints = [endpoint] });
        }

        await _fixture.PickAsync();

        _fixture.Selector.FindEndpoint(SelectorFixture.Service, "Greeter.Hello")!.Metadata["idempotent"].Should().Be("false");
    }

    private sealed record Recording(string Name, List<string> Seen) : ISelectorFilter
    {
        public IReadOnlyList<ServiceRecord> Apply(IReadOnlyList<ServiceRecord> records)
        {
            Seen.Add($"{Name}:{records.Count}");
            return records;
        }
    }

    private sealed class Always(int index) : ISelectorStrategy, INodePicker
    {
        public List<(string, ErrorKind)> Completed { get; } = [];

        public string Name => "always";

        public INodePicker CreatePicker(string service) => this;

        public int Pick(ReadOnlySpan<Node> nodes) => index;

        public void Complete(Node node, in AttemptOutcome outcome) => Completed.Add((node.Id, outcome.Failure));
    }
}
