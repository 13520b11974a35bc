using Micro.Registry;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Selector.Tests.Services;

/// <summary>Tests the effect of watches on the snapshot, and broken watches.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private readonly SelectorFixture _fixture = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Fact]
    public async Task Watch_NodesComeChangeAndGo_PicksFollow_R_REG_17()
    {
        await _fixture.RegisterAsync("a", "b", "c");
        await _fixture.WatchAsync();

        await _fixture.RegisterAsync("d");
        await _fixture.EventuallyPicksAsync("a", "b", "c", "d");
        await _fixture.DeregisterAsync("b");
        await _fixture.EventuallyPicksAsync("a", "c", "d");
        var moved = SelectorFixture.RecordOf("a") with { Nodes = [new Node { Id = "a", Address = "127.0.0.1:9" }] };
        await SelectorFixture.RegisterAsync(_fixture.Store, moved);
        await Eventually.TrueAsync(
            async () => (await _fixture.PickAsync()) is { Id: "a", Address: "127.0.0.1:9" }, "the new address");

        _fixture.Registry.Reads.Should().Be(1, "the watch tells it all");
    }

    [Theory]
    [InlineData(RegistryEventKind.Create)]
    [InlineData(RegistryEventKind.Update)]
    public async Task Watch_CreateAndUpdate_AreTreatedAlike_R_REG_17(RegistryEventKind kind)
    {
        await _fixture.RegisterAsync("a");
        await _fixture.WatchAsync();

        _fixture.Registry.Raise(new RegistryEvent(kind, SelectorFixture.RecordOf("b")));

        await _fixture.EventuallyPicksAsync("a", "b");
    }

    [Fact]
    public async Task Watch_EventOfAnotherService_IsIgnored_R_CAC_8()
    {
        await _fixture.RegisterAsync("a");
        await _fixture.WatchAsync();

        _fixture.Registry.Raise(RegistryEvent.Create(SelectorFixture.RecordOf("b")));
        _fixture.Registry.Raise(RegistryEvent.Create(SelectorFixture.RecordOf("1", ["x"], "other")));
        await _fixture.EventuallyPicksAsync("a", "b");
    }

    [Fact]
    public async Task Watch_ManyServices_EachHasAWatch_R_CAC_8()
    {
        string[] services = ["one", "two", "three"];
        foreach (var service in services)
        {
            await SelectorFixture.RegisterAsync(_fixture.Store, SelectorFixture.RecordOf("1", ["a"], service));
            await _fixture.Selector.PickAsync(service, SelectOptions.Default);
        }

        await _fixture.WatchOpensAsync(3);
        foreach (var service in services)
        {
            await SelectorFixture.RegisterAsync(_fixture.Store, SelectorFixture.RecordOf("2", ["b"], service));
            await Eventually.TrueAsync(
                async () => (await _fixture.Selector.PickAsync(service, SelectOptions.Default)).Node.Id == "b", "the news of " + service);
        }
    }

    [Fact]
    public async Task Watch_Interrupted_ChangesMeanwhileAreCaughtUp_R_CAC_9()
    {
        await _fixture.RegisterAsync("a", "b", "c");
        await _fixture.WatchAsync();
        _fixture.Registry.WatchError = new RegistryUnavailableException("memory", "down");
        _fixture.Registry.CutWatches(new RegistryUnavailableException("memory", "cut"));
        await Eventually.TrueAsync(() => _fixture.Registry.OpenWatches == 0, "the end of the watch");
        await _fixture.DeregisterAsync("b");
        await _fixture.RegisterAsync("d");
        (await _fixture.PickedAsync()).Should().Equal("a", "b", "c");

        _fixture.Registry.WatchError = null;
        await _fixture.StepUntilAsync(() => _fixture.Registry.OpenWatches > 0, "a new watch", TimeSpan.FromSeconds(1));

        await _fixture.EventuallyPicksAsync("a", "c", "d");
        _fixture.Registry.Reads.Should().Be(1, "the new watch tells the state by itself");
    }

    [Fact]
    public async Task Watch_ClosedWithoutError_IsOpenedAgain_R_CAC_8()
    {
        await _fixture.RegisterAsync("a");
        await _fixture.WatchAsync();

        _fixture.Registry.CutWatches();
        await _fixture.WatchOpensAsync(2);
        await _fixture.RegisterAsync("b");

        await _fixture.EventuallyPicksAsync("a", "b");
        _fixture.Log.Entries.Should().Contain(entry => entry.Id.Name == "selector.watch_ended");
    }

    [Fact]
    public async Task Watch_KeepsFailing_TriesWithGrowingPauses_R_CAC_10()
    {
        await _fixture.RegisterAsync("a");
        _fixture.Registry.WatchError = new RegistryUnavailableException("memory", "down");
        await _fixture.PickAsync();

        for (var elapsed = TimeSpan.Zero; elapsed < TimeSpan.FromMinutes(10); elapsed += TimeSpan.FromMilliseconds(500))
        {
            // The pauses between two attempts and of the refresh: time passes only while the watcher sleeps.
            await _fixture.Time.WaitForTimersAsync(2);
            _fixture.Time.Advance(TimeSpan.FromMilliseconds(500));
        }

        // 0.1 + 0.2 + ... + 25.6 s are 9 attempts in 51 s, then one every 24 to 30 s.
        _fixture.Registry.WatchesOpened.Should().BeInRange(9, 35);
    }

    [Fact]
    public async Task Watch_HealthyForAMinute_PauseStartsSmallAgain_R_CAC_10()
    {
        await _fixture.RegisterAsync("a");
        _fixture.Registry.WatchError = new RegistryUnavailableException("memory", "down");
        await _fixture.PickAsync();
        await _fixture.StepUntilAsync(() => _fixture.Registry.WatchesOpened >= 8, "eight tries", TimeSpan.FromSeconds(1));
        _fixture.Registry.WatchError = null;
        await _fixture.StepUntilAsync(() => _fixture.Registry.OpenWatches > 0, "a watch", TimeSpan.FromSeconds(1));
        await _fixture.RegisterAsync("b");
        await _fixture.EventuallyPicksAsync("a", "b");
        _fixture.Time.Advance(TimeSpan.FromMinutes(1));
        var opened = _fixture.Registry.WatchesOpened;

        _fixture.Registry.CutWatches();
        await Eventually.TrueAsync(() => _fixture.Registry.OpenWatches == 0, "the end of the watch");
        await _fixture.Time.WaitForTimersAsync(2);
        var pause = TimeSpan.Zero;
        await _fixture.StepUntilAsync(
            () =>
            {
                pause += TimeSpan.FromMilliseconds(10);
                return _fixture.Registry.WatchesOpened > opened;
            },
            "the next watch",
            TimeSpan.FromMilliseconds(10));

        pause.Should().BeLessThan(TimeSpan.FromSeconds(3), "the pause had grown to 12 seconds before");
    }

    [Fact]
    public async Task Watch_RegistryDownForHours_NodesStayInUse_R_CAC_1()
    {
        await _fixture.RegisterAsync("a", "b");
        await _fixture.WatchAsync();
        await _fixture.EventuallyPicksAsync("a", "b");
        _fixture.Registry.ReadError = new RegistryUnavailableException("memory", "down");
        _fixture.Registry.WatchError = _fixture.Registry.ReadError;
        _fixture.Registry.CutWatches(_fixture.Registry.ReadError);

        for (var minute = 0; minute < 180; minute++)
        {
            _fixture.Time.Advance(TimeSpan.FromMinutes(1));
            (await _fixture.PickedAsync(4)).Should().Equal("a", "b");
        }
    }
}
