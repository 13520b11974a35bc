using Micro.Registry;
using Micro.Selection;

namespace Micro.Wiring;

/// <summary>A selector together with the registry that was made for it alone.</summary>
internal sealed class OwningSelector(ISelector selector, IRegistry registry) : ISelector, IReportsFreshness, IChecksNodes
{
    public string Name => selector.Name;

    public TimeSpan SnapshotAge => (selector as IReportsFreshness)?.SnapshotAge ?? default;

    public void CheckWith(INodeCheck check) => (selector as IChecksNodes)?.CheckWith(check);

    public ValueTask<NodePick> PickAsync(string service, SelectOptions options, AttemptedNodes? attempted = null, CancellationToken cancellationToken = default) =>
        selector.PickAsync(service, options, attempted, cancellationToken);

    public Task RefreshAsync(string service, CancellationToken cancellationToken = default) =>
        selector.RefreshAsync(service, cancellationToken);

    public Endpoint? FindEndpoint(string service, string endpoint) => selector.FindEndpoint(service, endpoint);

    public IReadOnlyCollection<string> ListEndpoints(string service) => selector.ListEndpoints(service);

    public async ValueTask DisposeAsync()
    {
        await selector.DisposeAsync().ConfigureAwait(false);
        await registry.DisposeAsync().ConfigureAwait(false);
    }
}
