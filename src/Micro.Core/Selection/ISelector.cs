namespace Micro.Selection;

/// <summary>
/// Turns a service name into a node. Keeps a snapshot of each service it was asked for, so that a pick touches
/// neither the registry nor a lock. Safe for concurrent use; disposing ends all watches.
/// </summary>
public interface ISelector : IAsyncDisposable
{
    /// <summary>Name of the selector, for example <c>registry</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Picks a node. Completes synchronously and without allocation once the service has a snapshot; only the first
    /// pick of a service waits for the registry, together with all others that ask for it.
    /// </summary>
    /// <param name="service">Name of the service.</param>
    /// <param name="options">Filters and strategy of this pick.</param>
    /// <param name="attempted">Nodes this call tried before: avoided while others are left; <see langword="null"/> on the first attempt.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the shared lookup.</param>
    /// <returns>The node, and a way to report how it did.</returns>
    /// <exception cref="Registry.ServiceNotFoundException">The registry has no such service.</exception>
    /// <exception cref="Registry.RegistryUnavailableException">The registry cannot be asked and nothing is cached.</exception>
    /// <exception cref="NoneAvailableException">The service has nodes, but the filters leave none.</exception>
    ValueTask<NodePick> PickAsync(string service, SelectOptions options, AttemptedNodes? attempted = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks the registry again for a service that was not found or whose nodes all failed; at most one request per
    /// service runs at a time, and not more often than the selector's retry interval. A failing registry is no error
    /// here: the next pick reports it.
    /// </summary>
    /// <param name="service">Name of the service.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task RefreshAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>Looks up an endpoint in the present snapshot, without asking the registry.</summary>
    /// <param name="service">Name of the service.</param>
    /// <param name="endpoint">Name of the endpoint.</param>
    /// <returns>The description, or <see langword="null"/> when nothing is cached or the endpoint is not described.</returns>
    Registry.Endpoint? FindEndpoint(string service, string endpoint);

    /// <summary>Lists the endpoints in the present snapshot, without asking the registry, for error messages.</summary>
    /// <param name="service">Name of the service.</param>
    /// <returns>Names in no order; empty, as by default, when nothing is cached.</returns>
    IReadOnlyCollection<string> ListEndpoints(string service) => [];
}
