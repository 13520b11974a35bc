using Micro.Registry;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Selector.Tests.Services;

/// <summary>Tests that background work ends, and that no state of a caller is kept.</summary>
public sealed class LifetimeTests
{
    [Fact]
    public async Task Service_Unused_WatchEndsAfterTenLifetimes_R_CAC_12()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a");
        await fixture.WatchAsync();

        var elapsed = TimeSpan.Zero;
        await fixture.StepUntilAsync(
            () =>
            {
                elapsed += TimeSpan.FromSeconds(10);
                return fixture.Registry.OpenWatches == 0;
            },
            "the end of the watch",
            TimeSpan.FromSeconds(10));

        elapsed.Should().BeGreaterThan(TimeSpan.FromMinutes(9));
        fixture.Registry.Reads.Should().BeLessThan(4, "nobody asks for a service that is not used");
        (await fixture.PickAsync()).Id.Should().Be("a", "a new asker starts it again");
        fixture.Registry.Reads.Should().BeGreaterThan(1);
    }

    [Fact]
    public async Task Service_Asked_WatchStays_R_CAC_12()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a");
        await fixture.WatchAsync();

        for (var minute = 0; minute < 60; minute++)
        {
            await fixture.PickAsync();
            fixture.Time.Advance(TimeSpan.FromMinutes(1));
        }

        fixture.Registry.OpenWatches.Should().Be(1);
        fixture.Registry.WatchesOpened.Should().Be(1);
    }

    [Fact]
    public async Task Dispose_RunningWatches_EndAndNothingWorksAfter_R_CAC_13()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a");
        await fixture.WatchAsync();

        await fixture.Selector.DisposeAsync();
        await fixture.Selector.DisposeAsync();

        fixture.Registry.OpenWatches.Should().Be(0);
        await Eventually.TrueAsync(() => fixture.Time.ActiveTimers == 0, "the end of every timer");
        var pick = () => fixture.PickAsync();
        await pick.Should().ThrowAsync<ObjectDisposedException>();
        var refresh = () => fixture.Selector.RefreshAsync(SelectorFixture.Service);
        await refresh.Should().ThrowAsync<ObjectDisposedException>();
        (await fixture.Store.GetServiceAsync(SelectorFixture.Service)).Should().NotBeEmpty("the registry belongs to somebody else");
    }

    [Fact]
    public async Task Dispose_CallerWaitsForTheFirstLookup_IsReleased_R_CAC_13()
    {
        await using var fixture = new SelectorFixture();
        fixture.Registry.ReadGate = new TaskCompletionSource();
        var pick = fixture.PickAsync();
        await Eventually.TrueAsync(() => fixture.Registry.Reads == 1, "the read");

        await fixture.Selector.DisposeAsync();

        var wait = () => pick.WaitAsync(TimeSpan.FromSeconds(20));
        await wait.Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Dispose_RegistryHangs_CompletesAfterASecond_R_CAC_13()
    {
        await using var store = MemoryRegistry.Create();
        await using var registry = new HangingRegistry(store);
        var log = new CapturingLoggerFactory();
        var selector = Selectors.Create(options => options.Registry = registry, log);
        await SelectorFixture.RegisterAsync(store, SelectorFixture.RecordOf("a"));
        await selector.PickAsync(SelectorFixture.Service, SelectOptions.Default);
        await Eventually.TrueAsync(() => registry.Watching, "the watch");

        await selector.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        log.Entries.Should().ContainSingle(entry => entry.Id.Name == "selector.slow_stop");
        registry.Release();
    }

    [Fact]
    public async Task Watches_AThousandOpenedAndClosed_NothingIsLeft_R28()
    {
        await using var store = MemoryRegistry.Create();
        await using var registry = new FaultRegistry(store);
        await SelectorFixture.RegisterAsync(store, SelectorFixture.RecordOf("a"));
        for (var round = 0; round < 1000; round++)
        {
            var time = new ManualTimeProvider();
            await using (var selector = Selectors.Create(options => options.Registry = registry, time: time))
            {
                await selector.PickAsync(SelectorFixture.Service, SelectOptions.Default);
                await time.WaitForTimersAsync(2);
                time.Advance(TimeSpan.FromMilliseconds(100));
                await Eventually.TrueAsync(() => registry.OpenWatches == 1, "the watch");
            }

            await Eventually.TrueAsync(() => time.ActiveTimers == 0, "the end of every timer");
        }

        registry.OpenWatches.Should().Be(0);
        registry.WatchesOpened.Should().Be(1000);
    }

    [Fact]
    public async Task Pick_CallersAmbientValues_DoNotReachTheRegistry_R_CAC_5()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a");
        var ambient = new AsyncLocal<string?> { Value = "the caller's" };
        string? seen = "nothing";
        fixture.Registry.OnRead = () => seen = ambient.Value;

        await fixture.PickAsync();

        seen.Should().BeNull();
        ambient.Value.Should().Be("the caller's");
    }

    [Fact]
    public async Task MaxServices_Exceeded_FurtherOnesAreAskedForEachTime_R_CAC_12()
    {
        await using var fixture = new SelectorFixture(options => options.MaxServices = 1);
        await fixture.RegisterAsync("a");
        await SelectorFixture.RegisterAsync(fixture.Store, SelectorFixture.RecordOf("1", ["x"], "other"));
        await fixture.PickAsync();

        for (var pick = 0; pick < 3; pick++)
        {
            (await fixture.Selector.PickAsync("other", SelectOptions.Default)).Node.Id.Should().Be("x");
            await fixture.PickAsync();
        }

        fixture.Registry.Reads.Should().Be(4);
        fixture.Log.Entries.Should().ContainSingle(entry => entry.Id.Name == "selector.too_many_services");
    }

    [Fact]
    public async Task Pick_AnotherServiceHangs_IsNotHeldUp_R_SEL_4()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a");
        await fixture.PickAsync();
        fixture.Registry.ReadGate = new TaskCompletionSource();
        var hanging = fixture.Selector.PickAsync("other", SelectOptions.Default).AsTask();
        await Eventually.TrueAsync(() => fixture.Registry.Reads == 2, "the hanging read");

        (await fixture.PickAsync().WaitAsync(TimeSpan.FromSeconds(20))).Id.Should().Be("a");

        hanging.IsCompleted.Should().BeFalse();
        fixture.Registry.ReadGate.SetResult();
        var wait = () => hanging;
        await wait.Should().ThrowAsync<ServiceNotFoundException>();
    }

    [Fact]
    public async Task Create_TwoSelectors_ShareNothing_R_SEL_2()
    {
        await using var first = new SelectorFixture();
        await using var second = new SelectorFixture();
        await first.RegisterAsync("a");
        await second.RegisterAsync("b");

        (await first.PickedAsync()).Should().Equal("a");
        (await second.PickedAsync()).Should().Equal("b");
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a%b")]
    public async Task Pick_ImpossibleName_ArgumentException_C15(string service)
    {
        await using var fixture = new SelectorFixture();
        var pick = async () => await fixture.Selector.PickAsync(service, SelectOptions.Default);

        await pick.Should().ThrowAsync<ArgumentException>();
        fixture.Registry.Reads.Should().Be(0);
    }
}
