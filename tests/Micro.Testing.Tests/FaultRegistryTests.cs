using Micro.Registry;

namespace Micro.Testing.Tests;

/// <summary>Tests the faults of the registry, and its behaviour without faults.</summary>
public sealed class FaultRegistryTests : IAsyncDisposable
{
    private static readonly ServiceRecord Record = new() { Name = "echo", Version = "1", Nodes = [new Node { Id = "echo-1", Address = "127.0.0.1:1" }] };
    private readonly FaultRegistry _registry = new(MemoryRegistry.Create());

    public async ValueTask DisposeAsync() => await _registry.DisposeAsync();

    [Fact]
    public async Task NoFaults_IsTheRegistryBehindIt()
    {
        await _registry.RegisterAsync(Record, new RegisterOptions());

        (await _registry.GetServiceAsync("echo")).Should().Equal(Record);
        (await _registry.ListServicesAsync()).Should().ContainSingle();
        _registry.Name.Should().Be("memory");
        _registry.Reads.Should().Be(1);
    }

    [Fact]
    public async Task Errors_UntilHealed_AreThrown()
    {
        var error = new RegistryUnavailableException("memory", "down for the test");
        (_registry.ReadError, _registry.WriteError, _registry.WatchError) = (error, error, error);

        await _registry.Invoking(registry => registry.RegisterAsync(Record, new RegisterOptions())).Should().ThrowAsync<RegistryUnavailableException>();
        await _registry.Invoking(registry => registry.DeregisterAsync(Record)).Should().ThrowAsync<RegistryUnavailableException>();
        await _registry.Invoking(registry => registry.GetServiceAsync("echo")).Should().ThrowAsync<RegistryUnavailableException>();
        await _registry.Invoking(registry => registry.ListServicesAsync()).Should().ThrowAsync<RegistryUnavailableException>();
        await _registry.Invoking(async registry => await registry.WatchAsync().GetAsyncEnumerator().MoveNextAsync()).Should().ThrowAsync<RegistryUnavailableException>();
        _registry.Heal();

        await _registry.RegisterAsync(Record, new RegisterOptions());
        (await _registry.GetServiceAsync("echo")).Should().Equal(Record);
    }

    [Fact]
    public async Task Heal_ReadAtTheGate_Continues()
    {
        await _registry.RegisterAsync(Record, new RegisterOptions());
        _registry.ReadGate = new TaskCompletionSource();

        var reads = new[] { _registry.GetServiceAsync("echo"), _registry.GetServiceAsync("echo") };
        reads.Should().OnlyContain(read => !read.IsCompleted);
        _registry.Heal();

        (await Task.WhenAll(reads)).Should().OnlyContain(records => records.Count == 1);
        _registry.MaxConcurrentReads.Should().Be(2);
    }

    [Fact]
    public async Task Watch_RaisedEventThenCut_GetsTheEventThenTheError()
    {
        await using var watch = _registry.WatchAsync("echo").GetAsyncEnumerator();
        (await watch.MoveNextAsync()).Should().BeTrue();
        watch.Current.Kind.Should().Be(RegistryEventKind.Synchronized);
        _registry.OpenWatches.Should().Be(1);

        _registry.Raise(RegistryEvent.Create(Record));
        _registry.Raise(RegistryEvent.Create(Record with { Name = "other" }));
        _registry.CutWatches(new IOException("cut"));

        (await watch.MoveNextAsync()).Should().BeTrue();
        watch.Current.Service.Should().Be(Record);
        await watch.Invoking(async cut => await cut.MoveNextAsync()).Should().ThrowAsync<IOException>();
        _registry.OpenWatches.Should().Be(0);
    }
}
