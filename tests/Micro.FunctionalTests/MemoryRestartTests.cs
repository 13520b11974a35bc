using Micro.Registry;

namespace Micro.FunctionalTests;

/// <summary>Restarts with the memory registry, which tells every change at once.</summary>
public sealed class MemoryRestartTests : RestartTests
{
    private readonly IRegistry _registry = MemoryRegistry.Create();

    protected override IRegistry Connect() => _registry;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _registry.DisposeAsync();
    }
}
