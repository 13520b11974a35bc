using Micro.Registry.Conformance;
using Micro.Testing;

namespace Micro.Registry.Composite;

/// <summary>One watch over several registries, also when one of them fails.</summary>
public sealed class CompositeWatchTests : IAsyncDisposable
{
    private static readonly RegisterOptions NoExpiry = new();
    private readonly Pair _pair = new();

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Fact]
    public async Task Watch_NodeLeavesOneOfTwo_StaysUntilItLeavesBoth()
    {
        await _pair.Both.RegisterAsync(Pair.Record("a"), NoExpiry);
        await using var watch = _pair.Watch();
        await watch.UntilSynchronizedAsync();

        await _pair.FirstStore.DeregisterAsync(Pair.Record("a"));
        await _pair.FirstStore.RegisterAsync(Pair.Record("fence"), NoExpiry);
        (await watch.NextAsync()).ToString().Should().Be("Create 1 fence", "the other still lists it");

        await _pair.SecondStore.DeregisterAsync(Pair.Record("a"));
        (await watch.NextAsync()).ToString().Should().Be("Delete 1 a");
    }

    [Fact]
    public async Task Watch_OneIsDownAtTheStart_SynchronizedWithTheOtherAndCaughtUpLater()
    {
        Pair.Kill(_pair.Second);
        await _pair.FirstStore.RegisterAsync(Pair.Record("a"), NoExpiry);
        await _pair.SecondStore.RegisterAsync(Pair.Record("b"), NoExpiry);
        await using var watch = _pair.Watch();

        (await watch.UntilSynchronizedAsync()).Select(change => change.Id).Should().Equal("a");
        Pair.Revive(_pair.Second);

        (await watch.NextAsync()).ToString().Should().Be("Create 1 b");
        _pair.Log.Entries.Should().Contain(entry => entry.Message.Contains("is watched for greeter again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_OneHangsAtTheStart_SynchronizedWithTheOtherAfterAMoment()
    {
        await _pair.FirstStore.RegisterAsync(Pair.Record("a"), NoExpiry);
        await using var both = Registries.Combine([_pair.First, new SilentRegistry()], _pair.Log, _pair.Time);
        await using var watch = new WatchProbe(both, "greeter", _pair.LetTimePassAsync, TimeSpan.FromSeconds(20));

        (await watch.UntilSynchronizedAsync()).Select(change => change.Id).Should().Equal("a");
        var before = _pair.Time.GetUtcNow();
        _pair.First.CutWatches();
        await _pair.FirstStore.RegisterAsync(Pair.Record("b"), NoExpiry);
        (await watch.NextAsync()).ToString().Should().Be("Create 1 b");
        (_pair.Time.GetUtcNow() - before).Should().BeLessThan(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Watch_AllAreDown_UnavailableLikeASingleRegistry_R_REG_15()
    {
        Pair.Kill(_pair.First);
        Pair.Kill(_pair.Second);
        await using var watch = _pair.Watch();

        var ended = () => watch.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        await ended.Should().ThrowAsync<RegistryUnavailableException>();
    }

    [Fact]
    public async Task Watch_OneBreaks_ItsNodesStayAndTheOtherIsFollowed()
    {
        await _pair.FirstStore.RegisterAsync(Pair.Record("a"), NoExpiry);
        await using var watch = _pair.Watch();
        await watch.UntilSynchronizedAsync();

        Pair.Kill(_pair.First);
        await _pair.FirstStore.DeregisterAsync(Pair.Record("a"));
        await _pair.FirstStore.RegisterAsync(Pair.Record("c"), NoExpiry);
        await _pair.SecondStore.RegisterAsync(Pair.Record("b"), NoExpiry);
        (await watch.NextAsync()).ToString().Should().Be("Create 1 b");

        Pair.Revive(_pair.First);
        (await watch.NextAsync()).ToString().Should().Be("Create 1 c");
        (await watch.NextAsync()).ToString().Should().Be("Delete 1 a", "what happened during the outage is told as the difference");
    }

    [Fact]
    public async Task Watch_RegistriesDisagree_TheFirstCountsUntilItDoesNotAnswer()
    {
        await _pair.FirstStore.RegisterAsync(Pair.Record("a", port: 1111), NoExpiry);
        await _pair.SecondStore.RegisterAsync(Pair.Record("a", port: 2222), NoExpiry);
        await using var watch = _pair.Watch();
        (await watch.UntilSynchronizedAsync()).Single().Node!.Address.Should().Be("127.0.0.1:1111");

        await _pair.SecondStore.RegisterAsync(Pair.Record("a", port: 3333), NoExpiry);
        await _pair.SecondStore.RegisterAsync(Pair.Record("fence"), NoExpiry);
        (await watch.NextAsync()).ToString().Should().Be("Create 1 fence");

        Pair.Kill(_pair.First);
        var change = await watch.NextAsync();
        (change.Kind, change.Node!.Address).Should().Be((RegistryEventKind.Update, "127.0.0.1:3333"));

        Pair.Revive(_pair.First);
        (await watch.NextAsync()).Node!.Address.Should().Be("127.0.0.1:1111");
    }

    [Fact]
    public async Task Watch_NodeMovesFromOneToTheOther_NoGapAndNoNoise()
    {
        await _pair.FirstStore.RegisterAsync(Pair.Record("a"), NoExpiry);
        await using var watch = _pair.Watch();
        await watch.UntilSynchronizedAsync();

        await _pair.SecondStore.RegisterAsync(Pair.Record("a"), NoExpiry);
        await _pair.SecondStore.RegisterAsync(Pair.Record("f2"), NoExpiry);
        (await watch.NextAsync()).ToString().Should().Be("Create 1 f2");
        await _pair.FirstStore.DeregisterAsync(Pair.Record("a"));
        await _pair.FirstStore.RegisterAsync(Pair.Record("f1"), NoExpiry);
        (await watch.NextAsync()).ToString().Should().Be("Create 1 f1");
    }

    [Fact]
    public async Task Watch_OneStaysDown_TriesAreSpacedOut()
    {
        Pair.Kill(_pair.Second);
        await using var watch = _pair.Watch();
        await watch.UntilSynchronizedAsync();
        var start = _pair.Time.GetUtcNow();
        while (_pair.Time.GetUtcNow() - start < TimeSpan.FromMinutes(2))
        {
            _pair.Time.Advance(TimeSpan.FromMilliseconds(400));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }

        // 0.25 s growing to 5 s, each a fifth shorter at most.
        _pair.Second.WatchesOpened.Should().BeInRange(8, 45);
    }

    [Fact]
    public async Task Watch_Ended_NothingIsLeftOpen_R_REG_18()
    {
        for (var round = 0; round < 5; round++)
        {
            await using var watch = _pair.Watch();
            await watch.UntilSynchronizedAsync();
        }

        await Eventually.TrueAsync(() => _pair.First.OpenWatches + _pair.Second.OpenWatches == 0, "all watches of the members are closed");
    }
}
