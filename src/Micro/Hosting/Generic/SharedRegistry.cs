using Micro.Registry;

namespace Micro.Hosting.Generic;

/// <summary>A service's registry as the container hands it out: it may belong to somebody else, so nobody disposes it here.</summary>
internal sealed class SharedRegistry(IRegistry registry) : IRegistry, IOpenRegistry
{
    public string Name => registry.Name;

    public string Location => registry.Location;

    public bool IsOpen => registry is IOpenRegistry { IsOpen: true };

    public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default) =>
        registry.RegisterAsync(service, options, cancellationToken);

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default) =>
        registry.DeregisterAsync(service, cancellationToken);

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) =>
        registry.GetServiceAsync(name, cancellationToken);

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) =>
        registry.ListServicesAsync(cancellationToken);

    public IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default) =>
        registry.WatchAsync(service, cancellationToken);

    public ValueTask DisposeAsync() => default;
}
