using Micro.Registry;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Selector.Tests.Services;

/// <summary>Tests the maximum age of an answer.</summary>
public sealed class FreshnessTests
{
    [Fact]
    public async Task Pick_ServiceInUse_IsReadAgainInTheBackground_R_CAC_7()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a");
        await fixture.PickAsync();

        await fixture.StepUntilAsync(() => fixture.Registry.Reads >= 2, "a second read", TimeSpan.FromSeconds(1));

        (fixture.Time.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
            .Should().BeCloseTo(TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(10), "four fifths of the lifetime");
    }

    [Fact]
    public async Task Pick_WatchIsSilentAboutALostNode_ReadFindsOut_R_CAC_1()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.WatchAsync();
        fixture.Registry.ReadResult = [SelectorFixture.RecordOf("a", "b")];

        await Eventually.TrueAsync(
            async () =>
            {
                fixture.Time.Advance(TimeSpan.FromSeconds(5));
                return (await fixture.PickedAsync()).SequenceEqual(["a", "b"]);
            },
            "the end of the node nobody told about");
    }

    [Fact]
    public async Task Pick_RefreshIsSlow_CallersDoNotWait_R27()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a");
        await fixture.PickAsync();
        fixture.Registry.ReadGate = new TaskCompletionSource();

        await fixture.StepUntilAsync(() => fixture.Registry.Reads >= 2, "a second read", TimeSpan.FromSeconds(1));
        var pick = fixture.Selector.PickAsync(SelectorFixture.Service, SelectOptions.Default);

        pick.IsCompletedSuccessfully.Should().BeTrue();
        (await pick).Node.Id.Should().Be("a");
        fixture.Registry.ReadGate.SetResult();
    }

    [Fact]
    public async Task Refresh_AnswerIsOlderThanTheWatch_DoesNotBringNodesBack_C1()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.WatchAsync();
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        var gate = fixture.Registry.ReadGate = new TaskCompletionSource();
        var refresh = fixture.Selector.RefreshAsync(SelectorFixture.Service);
        await Eventually.TrueAsync(() => fixture.Registry.Reads == 2, "the read");
        fixture.Registry.ReadResult = [SelectorFixture.RecordOf("a", "b", "c")];
        await fixture.DeregisterAsync("b");
        await fixture.EventuallyPicksAsync("a", "c");

        gate.SetResult();
        await refresh;

        (await fixture.PickedAsync()).Should().Equal("a", "c");
    }

    [Fact]
    public async Task Refresh_AskedForTooOften_ReadsOncePerInterval_R_CAC_1()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a");
        await fixture.PickAsync();

        await fixture.Selector.RefreshAsync(SelectorFixture.Service);
        fixture.Registry.Reads.Should().Be(1, "the first answer is younger than 5 seconds");
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.Selector.RefreshAsync(SelectorFixture.Service)));

        fixture.Registry.Reads.Should().Be(2);
    }

    [Fact]
    public async Task Refresh_RegistryDown_IsNotAnError_R_CAC_6()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a");
        await fixture.PickAsync();
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        fixture.Registry.ReadError = new RegistryUnavailableException("memory", "down");

        await fixture.Selector.RefreshAsync(SelectorFixture.Service);

        fixture.Registry.Reads.Should().Be(2);
        (await fixture.PickAsync()).Id.Should().Be("a");
    }

    [Fact]
    public async Task CacheTtl_Zero_EveryPickAsksAndNothingIsWatched_R_CAC_3()
    {
        await using var fixture = new SelectorFixture(options => options.CacheTtl = TimeSpan.Zero);
        await fixture.RegisterAsync("a", "b");
        string[] picked = [(await fixture.PickAsync()).Id, (await fixture.PickAsync()).Id];
        picked.Should().BeEquivalentTo(["a", "b"], "round robin goes on from pick to pick");
        fixture.Registry.Reads.Should().Be(2);

        await fixture.DeregisterAsync("a", "b");
        var pick = () => fixture.PickAsync();
        await pick.Should().ThrowAsync<ServiceNotFoundException>();
        await fixture.RegisterAsync("c");
        (await fixture.PickAsync()).Id.Should().Be("c");

        fixture.Time.Advance(TimeSpan.FromHours(1));
        fixture.Registry.WatchesOpened.Should().Be(0);
        fixture.Selector.FindEndpoint(SelectorFixture.Service, "Greeter.Hello").Should().BeNull();
    }

    [Fact]
    public async Task CacheTtl_ZeroAndRegistryFailsOddly_Unavailable_R_CAC_3()
    {
        await using var fixture = new SelectorFixture(options => options.CacheTtl = TimeSpan.Zero);
        fixture.Registry.ReadError = new InvalidOperationException("a fault of the backend");
        var pick = () => fixture.PickAsync();

        (await pick.Should().ThrowAsync<RegistryUnavailableException>()).WithInnerException<InvalidOperationException>();
    }

    [Fact]
    public async Task MaxStale_RegistryDownForLonger_NodesAreDropped_R_CAC_6()
    {
        await using var fixture = new SelectorFixture(options => options.MaxStale = TimeSpan.FromMinutes(10));
        await fixture.RegisterAsync("a");
        await fixture.PickAsync();
        fixture.Registry.ReadError = new RegistryUnavailableException("memory", "down");
        fixture.Registry.WatchError = fixture.Registry.ReadError;

        for (var minute = 0; minute < 9; minute++)
        {
            fixture.Time.Advance(TimeSpan.FromMinutes(1));
            (await fixture.PickAsync()).Id.Should().Be("a");
        }

        await Eventually.TrueAsync(
            async () =>
            {
                fixture.Time.Advance(TimeSpan.FromSeconds(30));
                try
                {
                    await fixture.PickAsync();
                    return false;
                }
                catch (RegistryUnavailableException)
                {
                    return true;
                }
            },
            "an end of patience");
        fixture.Log.Entries.Should().Contain(entry => entry.Id.Name == "selector.too_stale");
    }

    [Fact]
    public async Task Pick_ServingStale_IsLoggedWithItsAge_R_CAC_6()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a");
        await fixture.PickAsync();
        fixture.Registry.ReadError = new RegistryUnavailableException("memory", "down");
        fixture.Registry.WatchError = fixture.Registry.ReadError;

        await fixture.StepUntilAsync(
            () => fixture.Log.Entries.Any(entry => entry.Id.Name == "selector.serving_stale"), "the warning", TimeSpan.FromSeconds(5));

        fixture.Log.Entries.First(entry => entry.Id.Name == "selector.serving_stale").Message.Should().Contain("1 min ");
    }

    [Fact]
    public async Task LookupTimeout_RegistryHangs_CallersGetAnErrorAndTheNextReadWorks_R_REG_15()
    {
        await using var fixture = new SelectorFixture();
        await fixture.RegisterAsync("a");
        var gate = fixture.Registry.ReadGate = new TaskCompletionSource();
        fixture.Registry.IgnoresCancellation = true;
        fixture.Registry.WatchError = new RegistryUnavailableException("memory", "down");
        var pick = fixture.PickAsync();
        await Eventually.TrueAsync(() => fixture.Registry.Reads == 1, "the read");

        await fixture.StepUntilAsync(() => pick.IsCompleted, "an end of patience", TimeSpan.FromSeconds(1));

        var failed = () => pick;
        (await failed.Should().ThrowAsync<RegistryUnavailableException>()).WithMessage("*no answer within*");
        fixture.Registry.ReadGate = null;
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        (await fixture.PickAsync()).Id.Should().Be("a");
        gate.SetResult();
    }
}
