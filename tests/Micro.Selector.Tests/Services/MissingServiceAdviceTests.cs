using Micro.Registry;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Selector.Tests.Services;

/// <summary>Tests the error of an unknown service.</summary>
public sealed class MissingServiceAdviceTests : IAsyncDisposable
{
    private readonly SelectorFixture _fixture;
    private ListedRegistry _registry = null!;

    public MissingServiceAdviceTests() => _fixture = new SelectorFixture(options => options.Registry = _registry = new ListedRegistry(options.Registry!));

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Pick_MistypedName_ErrorNamesRegistryNearestAndRegisteredNames()
    {
        await RegisterAsync("greeter", "orders");

        (await MessageOfAsync("greter")).Should().Be(
            "service greter: not found in registry memory (memory of this process); did you mean 'greeter'? registered there: greeter, orders; --registry or MICRO_REGISTRY chooses another registry");
    }

    [Fact]
    public async Task Pick_NothingRegistered_ErrorReportsIt() =>
        (await MessageOfAsync("greeter")).Should().Contain("; nothing is registered there; --registry or MICRO_REGISTRY");

    [Fact]
    public async Task Pick_ManyRegistered_FiveAreNamed()
    {
        await RegisterAsync("s1", "s2", "s3", "s4", "s5", "s6", "s7");

        (await MessageOfAsync("greeter")).Should().Contain("registered there: s1, s2, s3, s4, s5 and 2 more; ");
    }

    [Fact]
    public async Task Pick_NamesThatCannotStandInALine_AreCountedOnly()
    {
        _registry.List = [new ServiceRecord { Name = "a\nb" }, new ServiceRecord { Name = new string('x', 65) }, new ServiceRecord { Name = "orders" }];

        (await MessageOfAsync("greeter")).Should().Contain("registered there: orders and 2 more; ").And.NotContain("\n");
    }

    [Fact]
    public async Task Pick_OtherUnknownServices_RegistryIsListedOnceAMinute()
    {
        foreach (var service in (string[])["a", "b", "a"])
        {
            (await MessageOfAsync(service)).Should().Contain("nothing is registered there");
        }

        _registry.Lists.Should().Be(1);
        _fixture.Time.Advance(TimeSpan.FromSeconds(61));
        (await MessageOfAsync("a")).Should().Be("service a: not found in registry memory (memory of this process); --registry or MICRO_REGISTRY chooses another registry");
        _registry.Lists.Should().Be(1, "a service is listed for once");
        await MessageOfAsync("c");
        _registry.Lists.Should().Be(2);
    }

    [Fact]
    public async Task Pick_ServiceHasGone_RegistryIsNotListed()
    {
        await _fixture.RegisterAsync("n1");
        await _fixture.WatchAsync();
        await _fixture.PickAsync();
        await _fixture.DeregisterAsync("n1");
        await _fixture.CountsAsync(0, 1);
        _fixture.Time.Advance(TimeSpan.FromSeconds(30));
        var message = await MessageOfAsync(SelectorFixture.Service);

        _registry.Lists.Should().Be(0);
        message.Should().StartWith("service greeter: not found in registry memory");
    }

    [Fact]
    public async Task Pick_ListFails_ErrorIsTheSame()
    {
        _registry.ListError = new RegistryUnavailableException("memory", "no rights");

        (await MessageOfAsync("greeter")).Should().StartWith("service greeter: not found in registry memory").And.NotContain("registered there");
    }

    [Fact]
    public async Task Pick_ListHangs_ErrorWaitsASecond()
    {
        _registry.ListGate = new TaskCompletionSource();
        var message = MessageOfAsync("greeter");
        await Eventually.TrueAsync(() => _registry.Lists == 1, "the list is asked for");
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(999));
        message.IsCompleted.Should().BeFalse();
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(1));

        (await message).Should().StartWith("service greeter: not found in registry memory");
    }

    private async Task RegisterAsync(params string[] services)
    {
        foreach (var service in services)
        {
            await SelectorFixture.RegisterAsync(_fixture.Store, SelectorFixture.RecordOf("1", ["n1"], service));
        }
    }

    private async Task<string> MessageOfAsync(string service)
    {
        var pick = () => _fixture.Selector.PickAsync(service, SelectOptions.Default).AsTask();
        return (await pick.Should().ThrowAsync<ServiceNotFoundException>()).Which.Detail;
    }
}
