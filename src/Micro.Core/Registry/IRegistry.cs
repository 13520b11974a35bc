namespace Micro.Registry;

/// <summary>
/// A store of service records with watches. All members are safe for concurrent use. Constructing a registry does
/// no input or output; that happens at first use. After disposal members throw <see cref="ObjectDisposedException"/>
/// and running watches end.
/// </summary>
public interface IRegistry : IAsyncDisposable
{
    /// <summary>Name by which flags choose it, for example <c>mdns</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Gets the address of the registry for error messages, such as <c>127.0.0.1:8500</c>, without secrets. The default value is
    /// empty: messages name no address.
    /// </summary>
    string Location => "";

    /// <summary>
    /// Asserts that all nodes of the record are registered: stores what is missing or changed, renews what is there.
    /// Idempotent; called again for every heartbeat. A node id that was registered under another version moves.
    /// </summary>
    /// <param name="service">The record, with at least one node.</param>
    /// <param name="options">Lifetime of the registration.</param>
    /// <param name="cancellationToken">Ends the call, not the registration.</param>
    /// <exception cref="ArgumentException">The record is invalid (<see cref="ServiceRecordRules"/>).</exception>
    /// <exception cref="RegistryUnavailableException">The registry cannot be reached; nothing is known to be stored.</exception>
    /// <exception cref="RegistryDeniedException">The registry refused.</exception>
    Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default);

    /// <summary>
    /// Withdraws the nodes of the record. Unknown nodes are no error. All local work for them stops even when the
    /// registry cannot be reached.
    /// </summary>
    /// <param name="service">The record whose node ids are withdrawn.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="RegistryUnavailableException">The registry cannot be reached.</exception>
    /// <exception cref="RegistryDeniedException">The registry refused.</exception>
    Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default);

    /// <summary>Reads a service: one record per version with live nodes, sorted by version, nodes sorted by id; never empty.</summary>
    /// <param name="name">Name of the service.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ServiceNotFoundException">No live node of that service is known.</exception>
    /// <exception cref="RegistryUnavailableException">The registry cannot be reached.</exception>
    /// <exception cref="RegistryDeniedException">The registry refused.</exception>
    Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists the services, sorted by name and version without duplicates. Only the names are promised; other fields
    /// are filled where that costs nothing.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="RegistryUnavailableException">The registry cannot be reached.</exception>
    /// <exception cref="RegistryDeniedException">The registry refused.</exception>
    Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Watches one service or all of them. Delivers first what exists as <see cref="RegistryEventKind.Create"/> events,
    /// then <see cref="RegistryEventKind.Synchronized"/>, then every change in order. After an interruption the
    /// difference is delivered; no change is lost and a slow reader never blocks the registry.
    /// </summary>
    /// <param name="service">Name of the service; <see langword="null"/> or empty for all.</param>
    /// <param name="cancellationToken">Ends the watch with <see cref="OperationCanceledException"/> and releases all it holds.</param>
    /// <exception cref="RegistryUnavailableException">The watch cannot be established.</exception>
    /// <exception cref="RegistryDeniedException">The registry refused.</exception>
    IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default);
}
