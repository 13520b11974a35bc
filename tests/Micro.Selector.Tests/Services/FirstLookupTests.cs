using Micro.Registry;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Selector.Tests.Services;

/// <summary>Tests the first pick of a service: one shared lookup, and clear errors.</summary>
public sealed class FirstLookupTests : IAsyncLifetime
{
    private readonly SelectorFixture _fixture = new();

    [Fact]
    public async Task Pick_KnownService_ReadsOnceThenNeverAgain_R_CAC_1()
    {
        await _fixture.RegisterAsync("a", "b");

        (await _fixture.PickedAsync()).Should().Equal("a", "b");

        _fixture.Registry.Reads.Should().Be(1);
    }

    [Fact]
    public async Task Pick_ManyCallersColdCache_OneLookup_R27()
    {
        await _fixture.RegisterAsync("a");
        _fixture.Registry.ReadGate = new TaskCompletionSource();
        var picks = Enumerable.Range(0, 1000).Select(_ => _fixture.PickAsync()).ToArray();
        await Eventually.TrueAsync(() => _fixture.Registry.Reads > 0, "the lookup");

        _fixture.Registry.ReadGate.SetResult();

        (await Task.WhenAll(picks)).Should().OnlyContain(node => node.Id == "a");
        _fixture.Registry.Reads.Should().Be(1);
    }

    [Fact]
    public async Task Pick_UnknownService_NotFound_R_CAC_2()
    {
        var pick = () => _fixture.PickAsync();

        (await pick.Should().ThrowAsync<ServiceNotFoundException>()).Which.Service.Should().Be(SelectorFixture.Service);
    }

    [Fact]
    public async Task Pick_RegistryDownAndNothingCached_UnavailableForEveryCaller_R_CAC_1()
    {
        _fixture.Registry.ReadError = new RegistryUnavailableException("memory", "down");
        var pick = () => _fixture.PickAsync();

        var first = (await pick.Should().ThrowAsync<RegistryUnavailableException>()).Which;
        var second = (await pick.Should().ThrowAsync<RegistryUnavailableException>()).Which;

        second.Should().NotBeSameAs(first, "callers write into their exception");
        _fixture.Registry.Reads.Should().Be(1, "the failure is not asked for again at once");
    }

    [Fact]
    public async Task Pick_ServiceAppearsAfterNotFound_FoundWithinASecond_R_CAC_2()
    {
        _fixture.Registry.WatchError = new RegistryUnavailableException("memory", "no watch shall help");
        var pick = () => _fixture.PickAsync();
        await pick.Should().ThrowAsync<ServiceNotFoundException>();
        await _fixture.RegisterAsync("a");
        await pick.Should().ThrowAsync<ServiceNotFoundException>("the answer is a moment old");

        _fixture.Time.Advance(TimeSpan.FromSeconds(1));

        (await _fixture.PickAsync()).Id.Should().Be("a");
    }

    [Fact]
    public async Task Pick_CreateEventAfterNotFound_FoundWithoutAskingAgain_R_CAC_2()
    {
        var pick = () => _fixture.PickAsync();
        await pick.Should().ThrowAsync<ServiceNotFoundException>();
        await _fixture.WatchOpensAsync(1);
        var reads = _fixture.Registry.Reads;

        await _fixture.RegisterAsync("a");

        await _fixture.EventuallyPicksAsync("a");
        _fixture.Registry.Reads.Should().Be(reads);
    }

    [Fact]
    public async Task Pick_CallerGivesUp_OthersStillGetTheAnswer_R_CAC_5()
    {
        await _fixture.RegisterAsync("a");
        _fixture.Registry.ReadGate = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var impatient = _fixture.Selector.PickAsync(SelectorFixture.Service, SelectOptions.Default, null, stop.Token).AsTask();
        var patient = _fixture.PickAsync();

        await stop.CancelAsync();

        var wait = () => impatient;
        await wait.Should().ThrowAsync<OperationCanceledException>();
        _fixture.Registry.ReadGate.SetResult();
        (await patient).Id.Should().Be("a");
        _fixture.Registry.Reads.Should().Be(1);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();
}
