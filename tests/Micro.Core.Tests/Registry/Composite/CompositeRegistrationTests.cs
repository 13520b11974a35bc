using Micro.Testing;

namespace Micro.Registry.Composite;

/// <summary>Registering in several registries, also when one of them fails, hangs, refuses or loses the record.</summary>
public sealed class CompositeRegistrationTests : IAsyncDisposable
{
    private static readonly RegisterOptions Ttl = new() { Ttl = TimeSpan.FromSeconds(20) };
    private readonly Pair _pair = new();

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Fact]
    public async Task Register_Both_StoredInEachWithItsLifetime()
    {
        var registration = await _pair.Both.RegisterAsync(Pair.Record("a"), Ttl);

        registration.Incomplete.Should().BeNull();
        (await _pair.FirstStore.GetServiceAsync("greeter")).Should().ContainSingle();
        (await _pair.SecondStore.GetServiceAsync("greeter")).Should().ContainSingle();
        _pair.Time.Advance(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => registration.Lost.IsCancellationRequested, "the loss is noticed");
    }

    [Fact]
    public async Task Register_OneIsDown_RegisteredInTheOtherAndSaidSo()
    {
        _pair.Second.WriteError = Pair.Down;

        var registration = await _pair.Both.RegisterAsync(Pair.Record("a"), Ttl);
        registration.Incomplete.Should().BeOfType<RegistryUnavailableException>().Which.Message.Should().Be("memory: down");
        (await _pair.FirstStore.GetServiceAsync("greeter")).Should().ContainSingle();

        _pair.Second.WriteError = null;
        (await _pair.Both.RegisterAsync(Pair.Record("a"), Ttl)).Incomplete.Should().BeNull();
        (await _pair.SecondStore.GetServiceAsync("greeter")).Should().ContainSingle();
    }

    [Fact]
    public async Task Register_AllAreDown_Unavailable_R_REG_12()
    {
        _pair.First.WriteError = _pair.Second.WriteError = Pair.Down;
        var register = () => _pair.Both.RegisterAsync(Pair.Record("a"), Ttl);

        await register.Should().ThrowAsync<RegistryUnavailableException>().WithMessage("memory: down; memory: down");
    }

    [Fact]
    public async Task Register_OneLosesIt_LostFiresAndTheNextIsWhole()
    {
        var first = await _pair.Both.RegisterAsync(Pair.Record("a"), Ttl);
        await _pair.FirstStore.DeregisterAsync(Pair.Record("a"));
        await _pair.FirstStore.RegisterAsync(Pair.Record("a"), Ttl);
        (await _pair.Both.RegisterAsync(Pair.Record("a"), Ttl)).Lost.Should().Be(first.Lost, "a renewal adds nothing");

        // The second store alone lets it expire.
        await _pair.SecondStore.RegisterAsync(Pair.Record("a"), new RegisterOptions { Ttl = TimeSpan.FromSeconds(2) });
        _pair.Time.Advance(TimeSpan.FromSeconds(4));
        await Eventually.TrueAsync(() => first.Lost.IsCancellationRequested, "the loss in one is the loss of the whole");
        (await _pair.FirstStore.GetServiceAsync("greeter")).Should().ContainSingle("it is still in the other");

        var again = await _pair.Both.RegisterAsync(Pair.Record("a"), Ttl);
        again.Lost.IsCancellationRequested.Should().BeFalse();
        (await _pair.SecondStore.GetServiceAsync("greeter")).Should().ContainSingle();
        _pair.Log.Entries.Should().Contain(entry => entry.Message.Contains("lost the registration of greeter: a", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Register_OneHangs_TheOtherIsNotHeldUpAndNothingRunsTwice()
    {
        var slow = new ScriptedRegistry();
        var answer = new TaskCompletionSource();
        slow.OnRegister = token => answer.Task.WaitAsync(token);
        await using var both = Registries.Combine([_pair.First, slow], _pair.Log, _pair.Time);

        (await PassAsync(both.RegisterAsync(Pair.Record("a"), Ttl))).Incomplete!.Message.Should().StartWith("scripted: no answer within");
        (await PassAsync(both.RegisterAsync(Pair.Record("a"), Ttl))).Incomplete.Should().NotBeNull();
        (await slow.NextCallAsync()).Should().Be("register");
        slow.HasMoreCalls.Should().BeFalse("the write before has not ended");

        answer.SetResult();
        (await PassAsync(both.RegisterAsync(Pair.Record("a"), Ttl))).Incomplete.Should().BeNull();
    }

    [Fact]
    public async Task Register_OneHangsForLong_ItsWriteIsCancelled()
    {
        var slow = new ScriptedRegistry();
        var ended = new TaskCompletionSource();
        slow.OnRegister = async token =>
        {
            await using var registered = token.Register(ended.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        };
        await using var both = Registries.Combine([_pair.First, slow], _pair.Log, _pair.Time);

        await PassAsync(both.RegisterAsync(Pair.Record("a"), Ttl));
        await PassAsync(ended.Task);
    }

    [Fact]
    public async Task Deregister_AWriteStillRuns_WithdrawnAfterIt()
    {
        var slow = new ScriptedRegistry();
        var answer = new TaskCompletionSource();
        slow.OnRegister = _ => answer.Task;
        await using var both = Registries.Combine([_pair.First, slow], _pair.Log, _pair.Time);
        await PassAsync(both.RegisterAsync(Pair.Record("a"), Ttl));
        (await slow.NextCallAsync()).Should().Be("register");

        var leaving = both.DeregisterAsync(Pair.Record("a"));
        await Eventually.TrueAsync(async () => await IsEmptyAsync(_pair.FirstStore), "gone from the one that answers");
        slow.HasMoreCalls.Should().BeFalse("a late write would bring the node back");
        answer.SetResult();
        await leaving.WaitAsync(TimeSpan.FromSeconds(20));
        (await slow.NextCallAsync()).Should().Be("deregister");
    }

    [Fact]
    public async Task Register_OneRefuses_IsNotAskedAgainForHalfAMinute()
    {
        var strict = new ScriptedRegistry { OnRegister = static _ => Task.FromException(new RegistryDeniedException("scripted", "no rights")) };
        await using var both = Registries.Combine([_pair.First, strict], _pair.Log, _pair.Time);
        for (var heartbeat = 0; heartbeat < 6; heartbeat++)
        {
            (await both.RegisterAsync(Pair.Record("a"), Ttl)).Incomplete.Should().BeOfType<RegistryDeniedException>();
            _pair.Time.Advance(TimeSpan.FromSeconds(4));
        }

        (await strict.NextCallAsync()).Should().Be("register");
        strict.HasMoreCalls.Should().BeFalse();
        await both.RegisterAsync(Pair.Record("a", "2"), Ttl);
        (await strict.NextCallAsync()).Should().Be("register", "another record may be accepted");
        _pair.Time.Advance(TimeSpan.FromSeconds(40));
        await both.RegisterAsync(Pair.Record("a", "2"), Ttl);
        (await strict.NextCallAsync()).Should().Be("register");
    }

    [Fact]
    public async Task Deregister_OneIsDown_GoneFromTheOtherAndTold()
    {
        var registration = await _pair.Both.RegisterAsync(Pair.Record("a"), Ttl);
        _pair.First.WriteError = Pair.Down;
        var deregister = () => _pair.Both.DeregisterAsync(Pair.Record("a"));

        await deregister.Should().ThrowAsync<RegistryUnavailableException>().WithMessage("memory: down");
        (await IsEmptyAsync(_pair.SecondStore)).Should().BeTrue();
        _pair.Time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(async () => await IsEmptyAsync(_pair.FirstStore), "expired");
        registration.Lost.IsCancellationRequested.Should().BeFalse("a withdrawn node is not lost");
    }

    [Fact]
    public async Task Register_MemberEndsLateAfterDispose_NothingIsLeftWaiting()
    {
        var slow = new ScriptedRegistry { OnRegister = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token) };
        var both = Registries.Combine([slow], _pair.Log, _pair.Time);
        var register = both.RegisterAsync(Pair.Record("a"), Ttl);
        (await slow.NextCallAsync()).Should().Be("register");

        await both.DisposeAsync();

        var ended = () => register.WaitAsync(TimeSpan.FromSeconds(20));
        await ended.Should().ThrowAsync<ObjectDisposedException>();
    }

    private static async Task<bool> IsEmptyAsync(IRegistry registry) => (await registry.ListServicesAsync()).Count == 0;

    private async Task<T> PassAsync<T>(Task<T> work)
    {
        await PassAsync((Task)work);
        return await work;
    }

    private Task PassAsync(Task work) => Eventually.TrueAsync(
        async () =>
        {
            await _pair.LetTimePassAsync();
            return work.IsCompleted;
        },
        "the end of the call");
}
