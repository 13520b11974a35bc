using Micro.Testing;

namespace Micro.Registry.Composite;

/// <summary>What is found in several registries, also when one of them fails.</summary>
public sealed class CompositeReadTests : IAsyncDisposable
{
    private static readonly RegisterOptions NoExpiry = new();
    private readonly Pair _pair = new();

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Fact]
    public async Task GetService_NodesInEither_AreAllFoundOnce()
    {
        await _pair.FirstStore.RegisterAsync(Pair.Record("a"), NoExpiry);
        await _pair.SecondStore.RegisterAsync(Pair.Record("b"), NoExpiry);
        await _pair.Both.RegisterAsync(Pair.Record("c", "2"), NoExpiry);

        (await _pair.IdsAsync()).Should().Equal("1/a@127.0.0.1:8080", "1/b@127.0.0.1:8080", "2/c@127.0.0.1:8080");
    }

    [Fact]
    public async Task GetService_RegistriesDisagree_TheOneNamedFirstCounts()
    {
        await _pair.FirstStore.RegisterAsync(Pair.Record("a", "1", 1111), NoExpiry);
        await _pair.SecondStore.RegisterAsync(Pair.Record("a", "2", 2222), NoExpiry);

        (await _pair.IdsAsync()).Should().Equal("1/a@127.0.0.1:1111");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetService_OneIsDown_TheOtherAnswers(bool isFirst)
    {
        await _pair.Both.RegisterAsync(Pair.Record("a"), NoExpiry);
        Pair.Kill(isFirst ? _pair.First : _pair.Second);

        (await _pair.IdsAsync()).Should().Equal("1/a@127.0.0.1:8080");
        (await _pair.Both.ListServicesAsync()).Should().ContainSingle().Which.Name.Should().Be("greeter");
    }

    [Fact]
    public async Task GetService_NotFoundInOneAndTheOtherDown_UnavailableAndNotNotFound_R_REG_15()
    {
        Pair.Kill(_pair.Second);
        var get = () => _pair.Both.GetServiceAsync("greeter");
        var list = () => _pair.Both.ListServicesAsync();

        (await get.Should().ThrowAsync<RegistryUnavailableException>()).WithMessage("memory: down").Which.Registry.Should().Be("memory,memory");
        await list.Should().ThrowAsync<RegistryUnavailableException>();
    }

    [Fact]
    public async Task GetService_NotFoundInAll_NotFound_R_REG_14()
    {
        var get = () => _pair.Both.GetServiceAsync("greeter");

        await get.Should().ThrowAsync<ServiceNotFoundException>();
        (await _pair.Both.ListServicesAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task GetService_AllRefuse_Denied_R_REG_12()
    {
        _pair.First.ReadError = _pair.Second.ReadError = new RegistryDeniedException("memory", "no rights");
        var get = () => _pair.Both.GetServiceAsync("greeter");

        await get.Should().ThrowAsync<RegistryDeniedException>();
        _pair.Second.ReadError = Pair.Down;
        await get.Should().ThrowAsync<RegistryUnavailableException>("what is down may be back soon");
    }

    [Fact]
    public async Task GetService_OneHangs_TheOtherIsNotHeldUp()
    {
        await _pair.FirstStore.RegisterAsync(Pair.Record("a"), NoExpiry);
        _pair.Second.ReadGate = new TaskCompletionSource();

        var reading = _pair.IdsAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await _pair.LetTimePassAsync();
                return reading.IsCompleted;
            },
            "the answer without the one that hangs");

        (await reading).Should().Equal("1/a@127.0.0.1:8080");
    }

    [Fact]
    public async Task GetService_Cancelled_EndsAtOnce()
    {
        _pair.First.ReadGate = _pair.Second.ReadGate = new TaskCompletionSource();
        using var cancel = new CancellationTokenSource();
        var reading = _pair.Both.GetServiceAsync("greeter", cancel.Token);
        await cancel.CancelAsync();

        var ended = () => reading;
        await ended.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task GetService_OneIsDownAndWatched_WhatItHeldIsStillFound()
    {
        await _pair.FirstStore.RegisterAsync(Pair.Record("a"), NoExpiry);
        await _pair.FirstStore.RegisterAsync(Pair.Record("x", port: 1111), NoExpiry);
        await _pair.SecondStore.RegisterAsync(Pair.Record("b"), NoExpiry);
        await using var watch = _pair.Watch();
        await watch.UntilSynchronizedAsync();
        Pair.Kill(_pair.First);
        await _pair.SecondStore.RegisterAsync(Pair.Record("x", port: 2222), NoExpiry);

        (await _pair.IdsAsync()).Should().Equal(
            ["1/a@127.0.0.1:8080", "1/b@127.0.0.1:8080", "1/x@127.0.0.1:2222"],
            "a read must not take away what a watch rightly keeps, nor hide what the living say");
    }

    [Fact]
    public async Task ListServices_BareNamesAndVersions_NoDuplicates()
    {
        var names = new FixedList("names", new ServiceRecord { Name = "b" }, new ServiceRecord { Name = "a" });
        var versions = MemoryRegistry.Create(time: _pair.Time);
        await versions.RegisterAsync(Pair.Record("n-1", "1", service: "a"), NoExpiry);
        await versions.RegisterAsync(Pair.Record("n-2", "2", service: "a"), NoExpiry);
        await using var both = Registries.Combine([names, versions]);

        (await both.ListServicesAsync()).Select(record => $"{record.Name}/{record.Version}").Should().Equal("a/1", "a/2", "b/");
        both.Name.Should().Be("names,memory");
    }

    [Fact]
    public void Combine_WrongMembers_ArgumentException()
    {
        var none = () => Registries.Combine([]);
        var twice = () => Registries.Combine([_pair.First, _pair.Second, _pair.First]);
        var nothing = () => Registries.Combine([_pair.First, null!]);

        none.Should().Throw<ArgumentException>().WithMessage("*at least one*");
        twice.Should().Throw<ArgumentException>().WithMessage("*'memory' is given twice*");
        nothing.Should().Throw<ArgumentException>().WithMessage("*registry 2 of 2 is null*");
    }
}
