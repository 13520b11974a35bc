using Micro.Registry;
using Micro.Selection;
using Micro.Testing;
using Microsoft.Extensions.Logging;

namespace Micro.Selector.Tests.Services;

/// <summary>Tests that a registry that drops all nodes at once is read again, and that the nodes stay as a last resort.</summary>
public sealed class MassRemovalTests : IAsyncLifetime
{
    private readonly SelectorFixture _fixture = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Fact]
    public async Task Delete_OneOfThree_IsBelievedAtOnce_R_CAC_11()
    {
        await StartAsync("a", "b", "c");

        await _fixture.DeregisterAsync("b");

        await _fixture.EventuallyPicksAsync("a", "c");
        _fixture.Registry.Reads.Should().Be(1);
        (await PickAfterAsync("a", "c")).Id.Should().NotBe("b", "a node that was withdrawn alone is no last resort");
    }

    [Fact]
    public async Task Delete_AllButTheReadStillKnowsThem_NothingChanges_R_CAC_11()
    {
        await StartAsync("a", "b");

        _fixture.Registry.Raise(RegistryEvent.Delete(SelectorFixture.RecordOf()));
        await ReadsAsync(2);

        (await _fixture.PickedAsync()).Should().Equal("a", "b");
        _fixture.Log.Entries.Should().ContainSingle(entry => entry.Id.Name == "selector.mass_removal");
    }

    [Fact]
    public async Task Delete_AllConfirmed_NodesServeAsLastResortForAWhile_D3()
    {
        await StartAsync("a", "b");

        await _fixture.DeregisterAsync("a", "b");
        await _fixture.CountsAsync(0, 2);
        (await _fixture.PickedAsync()).Should().Equal("a", "b");
        _fixture.Time.Advance(TimeSpan.FromSeconds(29));
        (await _fixture.PickedAsync()).Should().Equal("a", "b");

        _fixture.Time.Advance(TimeSpan.FromSeconds(1));

        var pick = () => _fixture.PickAsync();
        await pick.Should().ThrowAsync<ServiceNotFoundException>();
    }

    [Fact]
    public async Task Delete_MoreThanHalfOneByOne_VanishedServeAfterTheRest_R_CAC_11()
    {
        await StartAsync("a", "b", "c", "d");

        await _fixture.DeregisterAsync("a");
        await _fixture.DeregisterAsync("b");
        await _fixture.EventuallyPicksAsync("c", "d");
        _fixture.Registry.Reads.Should().Be(1, "half of them is not the mass");
        await _fixture.DeregisterAsync("c");
        await _fixture.CountsAsync(1, 3);

        _fixture.Registry.Reads.Should().Be(2);
        (await _fixture.PickedAsync()).Should().Equal("d");
        var further = new SortedSet<string>(StringComparer.Ordinal);
        for (var pick = 0; pick < 20; pick++)
        {
            further.Add((await PickAfterAsync("d")).Id);
        }

        further.Should().Equal("a", "b", "c");
    }

    [Fact]
    public async Task Delete_SlowlyOneAfterTheOther_IsBelieved_R_CAC_11()
    {
        await StartAsync("a", "b", "c", "d");
        foreach (var id in new[] { "a", "b", "c" })
        {
            await _fixture.DeregisterAsync(id);
            await Eventually.TrueAsync(async () => !(await _fixture.PickedAsync()).Contains(id), "the end of " + id);
            _fixture.Time.Advance(TimeSpan.FromSeconds(6));
        }

        (await PickAfterAsync("d")).Id.Should().Be("d");
        _fixture.Registry.Reads.Should().Be(1);
    }

    [Fact]
    public async Task Delete_AllAndTheReadFails_NodesStay_R_CAC_11()
    {
        await StartAsync("a", "b");
        _fixture.Registry.ReadError = new RegistryUnavailableException("memory", "down");
        _fixture.Registry.WatchError = _fixture.Registry.ReadError;

        await _fixture.DeregisterAsync("a", "b");
        await ReadsAsync(2);
        await Eventually.TrueAsync(() => _fixture.Registry.OpenWatches == 0, "the end of the watch that is not believed");
        _fixture.Time.Advance(TimeSpan.FromMinutes(5));

        (await _fixture.PickedAsync()).Should().Equal("a", "b");
    }

    [Fact]
    public async Task Delete_BurstOfAHundred_NeverWithoutANodeAndFewReads_R6()
    {
        string[] ids = [.. Enumerable.Range(0, 100).Select(number => $"n{number:D3}")];
        await StartAsync(ids);

        foreach (var id in ids)
        {
            await _fixture.DeregisterAsync(id);
            await _fixture.PickAsync();
        }

        await Eventually.TrueAsync(() => _fixture.Registry.Reads > 1, "the confirming read");
        await _fixture.RegisterAsync(ids[..50]);
        await Eventually.TrueAsync(async () => (await _fixture.PickedAsync(200)).SequenceEqual(ids[..50]), "the nodes that came back");
        _fixture.Registry.Reads.Should().BeLessThan(10);
    }

    [Fact]
    public async Task Watch_ComesBackEmpty_NodesServeAsLastResort_D3()
    {
        await StartAsync("a", "b");
        _fixture.Registry.WatchError = new RegistryUnavailableException("memory", "down");
        _fixture.Registry.CutWatches(_fixture.Registry.WatchError);
        await Eventually.TrueAsync(() => _fixture.Registry.OpenWatches == 0, "the end of the watch");
        await _fixture.DeregisterAsync("a", "b");
        var opened = _fixture.Registry.WatchesOpened;
        _fixture.Registry.WatchError = null;
        await _fixture.WatchOpensAsync(opened + 1);

        await _fixture.CountsAsync(0, 2);
        (await _fixture.PickedAsync()).Should().Equal("a", "b");
        await _fixture.RegisterAsync("c");
        await _fixture.EventuallyPicksAsync("c");
        (await PickAfterAsync("c")).Id.Should().BeOneOf("a", "b");
    }

    [Fact]
    public async Task Suspect_RefusesTheConnection_IsForgotten_D3()
    {
        await StartAsync("a", "b");
        await _fixture.DeregisterAsync("a", "b");
        await _fixture.CountsAsync(0, 2);
        _fixture.Time.Advance(TimeSpan.FromSeconds(2));

        (await FailAsync(ErrorKind.Timeout)).Should().BeTrue();
        (await _fixture.PickedAsync()).Should().Equal(["a", "b"], "only a refused connection proves that nobody is there");
        await FailAsync(ErrorKind.Connect);
        (await _fixture.PickedAsync()).Should().ContainSingle();
        await FailAsync(ErrorKind.Connect);

        var pick = () => _fixture.PickAsync();
        await pick.Should().ThrowAsync<ServiceNotFoundException>();

        async Task<bool> FailAsync(ErrorKind kind)
        {
            var failed = await _fixture.Selector.PickAsync(SelectorFixture.Service, SelectOptions.Default);
            failed.Complete(new AttemptOutcome(false, kind, TimeSpan.Zero));
            return true;
        }
    }

    [Fact]
    public async Task Delete_AllInGoodOrder_NoWarningWhileTheyDrain()
    {
        await StartAsync("a", "b");

        await _fixture.DeregisterAsync("a", "b");
        await _fixture.CountsAsync(0, 2);
        await AnswerAsync();
        _fixture.Time.Advance(TimeSpan.FromSeconds(2));
        await AnswerAsync();

        Warnings().Should().BeEmpty();
    }

    [Fact]
    public async Task Suspects_StillAnswerLongAfterTheyVanished_WarnedOnce()
    {
        await StartAsync("a", "b");
        await _fixture.DeregisterAsync("a", "b");
        await _fixture.CountsAsync(0, 2);
        _fixture.Time.Advance(TimeSpan.FromSeconds(6));

        await AnswerAsync();
        await AnswerAsync();

        Warnings().Should().Equal("selector.dropped_nodes_answer");
    }

    [Fact]
    public async Task Suspect_RegistersAgain_IsAnOrdinaryNode_D3()
    {
        await StartAsync("a", "b");
        await _fixture.DeregisterAsync("a", "b");
        await _fixture.CountsAsync(0, 2);

        await _fixture.RegisterAsync("a", "b");
        await _fixture.CountsAsync(2, 0);
        var pick = await _fixture.Selector.PickAsync(SelectorFixture.Service, SelectOptions.Default);
        pick.Complete(new AttemptOutcome(false, ErrorKind.Connect, TimeSpan.Zero));
        _fixture.Time.Advance(TimeSpan.FromSeconds(40));

        (await _fixture.PickedAsync()).Should().Equal("a", "b");
    }

    [Fact]
    public async Task KeepLastNodesFor_Zero_ForgetsAtOnce_D3()
    {
        await using var fixture = new SelectorFixture(options => options.KeepLastNodesFor = TimeSpan.Zero);
        await fixture.RegisterAsync("a", "b");
        await fixture.WatchAsync();
        await fixture.EventuallyPicksAsync("a", "b");

        await fixture.DeregisterAsync("a", "b");

        await fixture.EventuallyPicksAsync();
    }

    [Fact]
    public async Task Suspect_Filtered_IsNotPicked_D3()
    {
        await StartAsync("a", "b");
        await _fixture.DeregisterAsync("a", "b");
        await _fixture.CountsAsync(0, 2);
        var filtered = new SelectOptions { Filters = [SelectorFilters.Version("9")] };

        var pick = () => _fixture.PickAsync(options: filtered);

        await pick.Should().ThrowAsync<ServiceNotFoundException>();
        (await _fixture.PickedAsync()).Should().Equal("a", "b");
    }

    private async Task StartAsync(params string[] ids)
    {
        await _fixture.RegisterAsync(ids);
        await _fixture.WatchAsync();

        // Proves that the watch has reported its initial state: a change that only the watch reports arrives.
        _fixture.Registry.Raise(RegistryEvent.Create(SelectorFixture.RecordOf("0", ["probe"])));
        await _fixture.CountsAsync(ids.Length + 1, 0);
        _fixture.Registry.Raise(RegistryEvent.Delete(SelectorFixture.RecordOf("0", ["probe"])));
        await _fixture.CountsAsync(ids.Length, 0);
        _fixture.Time.Advance(TimeSpan.FromSeconds(6));
    }

    private async Task AnswerAsync() =>
        (await _fixture.Selector.PickAsync(SelectorFixture.Service, SelectOptions.Default)).Complete(new AttemptOutcome(true, default, TimeSpan.Zero));

    private IEnumerable<string?> Warnings() =>
        _fixture.Log.Entries.Where(entry => entry.Level >= LogLevel.Warning).Select(entry => entry.Id.Name);

    private Task ReadsAsync(int reads) => Eventually.TrueAsync(() => _fixture.Registry.Reads >= reads, $"{reads} reads");

    private Task<Node> PickAfterAsync(params string[] tried)
    {
        var attempted = new AttemptedNodes();
        foreach (var node in SelectorFixture.RecordOf(tried).Nodes)
        {
            attempted.Add(node);
        }

        return _fixture.PickAsync(attempted);
    }
}
