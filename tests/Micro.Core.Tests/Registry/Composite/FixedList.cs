
namespace Micro.Registry.Composite;

/// <summary>A registry that only lists names, as mDNS and Consul do.</summary>
internal sealed class FixedList(string name, params ServiceRecord[] services) : IRegistry
{
    public string Name => name;

    public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<ServiceRecord>>(services);

    public IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
