using Micro.Registry;

namespace Micro.Selector.Tests;

/// <summary>A registry whose lists are counted and can be made to fail.</summary>
internal sealed class ListedRegistry(IRegistry inner) : IRegistry
{
    private int _lists;

    public string Name => inner.Name;

    public string Location => inner.Location;

    /// <summary>Number of lists so far.</summary>
    public int Lists => Volatile.Read(ref _lists);

    /// <summary>Answer of lists while set.</summary>
    public IReadOnlyList<ServiceRecord>? List { get; set; }

    /// <summary>Thrown by lists while set.</summary>
    public Exception? ListError { get; set; }

    /// <summary>Lists wait for it while set and ignore their token.</summary>
    public TaskCompletionSource? ListGate { get; set; }

    public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default) =>
        inner.RegisterAsync(service, options, cancellationToken);

    public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default) => inner.DeregisterAsync(service, cancellationToken);

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) =>
        inner.GetServiceAsync(name, cancellationToken);

    public async Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _lists);
        await (ListGate?.Task ?? Task.CompletedTask);
        return ListError is null ? List ?? await inner.ListServicesAsync(cancellationToken) : throw ListError;
    }

    public IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default) =>
        inner.WatchAsync(service, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
