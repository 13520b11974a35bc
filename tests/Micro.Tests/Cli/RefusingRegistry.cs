using Micro.Registry;

namespace Micro.Tests.Cli;

/// <summary>A registry whose rules no record meets.</summary>
internal sealed class RefusingRegistry : IRegistry
{
    private readonly IRegistry _inner = MemoryRegistry.Create();

    public string Name => "refusing";

    public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default) =>
        throw new ArgumentException("this record never fits", nameof(service));

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("nothing was registered");

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) =>
        _inner.GetServiceAsync(name, cancellationToken);

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) => _inner.ListServicesAsync(cancellationToken);

    public IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default) =>
        _inner.WatchAsync(service, cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
