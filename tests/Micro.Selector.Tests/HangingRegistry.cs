using System.Runtime.CompilerServices;
using Micro.Registry;

namespace Micro.Selector.Tests;

/// <summary>A registry whose watches ignore cancellation.</summary>
internal sealed class HangingRegistry(IRegistry inner) : IRegistry
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "hanging";

    public bool Watching { get; private set; }

    public void Release() => _released.SetResult();

    public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default) =>
        inner.RegisterAsync(service, options, cancellationToken);

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default) =>
        inner.DeregisterAsync(service, cancellationToken);

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) =>
        inner.GetServiceAsync(name, cancellationToken);

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) =>
        inner.ListServicesAsync(cancellationToken);

    public async IAsyncEnumerable<RegistryEvent> WatchAsync(
        string? service = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Watching = true;
        await _released.Task;
        yield return RegistryEvent.Synchronized;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
