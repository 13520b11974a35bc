using Micro.Registry.Conformance;
using Micro.Testing;

namespace Micro.Registry;

/// <summary>The memory registry keeps the rules that all registries keep, on fake time.</summary>
public sealed class MemoryRegistryConformanceTests : RegistryConformance
{
    private readonly ManualTimeProvider _time = new();

    protected override int BurstSize => 1500;

    protected override Task<IRegistry> CreateAsync() => Task.FromResult(MemoryRegistry.Create(time: _time));

    protected override Task<IRegistry> CreatePeerAsync() => Task.FromResult(Registry);

    protected override async Task LetTimePassAsync()
    {
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
    }
}
