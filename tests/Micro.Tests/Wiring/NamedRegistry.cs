using Micro.Registry;

namespace Micro.Tests.Wiring;

/// <summary>A memory registry under another name that says whether it was disposed.</summary>
internal sealed class NamedRegistry(string name) : IRegistry
{
    private readonly IRegistry _inner = MemoryRegistry.Create();

    public string Name => name;

    public bool IsDisposed { get; private set; }

    public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default) =>
        _inner.RegisterAsync(service, options, cancellationToken);

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default) =>
        _inner.DeregisterAsync(service, cancellationToken);

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) =>
        _inner.GetServiceAsync(name, cancellationToken);

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) =>
        _inner.ListServicesAsync(cancellationToken);

    public IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default) =>
        _inner.WatchAsync(service, cancellationToken);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return _inner.DisposeAsync();
    }
}
