using Micro.Registry.Conformance;
using Micro.Testing;

namespace Micro.Registry.Composite;

/// <summary>Two registries as one keep the rules that each of them keeps, on fake time.</summary>
public sealed class CompositeRegistryConformanceTests : RegistryConformance
{
    private readonly ManualTimeProvider _time = new();

    protected override int BurstSize => 1500;

    protected override Task<IRegistry> CreateAsync() => Task.FromResult(
        Registries.Combine([MemoryRegistry.Create(time: _time), MemoryRegistry.Create(time: _time)], time: _time));

    protected override Task<IRegistry> CreatePeerAsync() => Task.FromResult(Registry);

    protected override async Task LetTimePassAsync()
    {
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
    }
}
