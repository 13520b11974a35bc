using System.Collections.Concurrent;
using Micro.Registry;
using Micro.Selection.Services;
using Micro.Selection.Snapshots;

namespace Micro.Selection;

/// <summary>Picks without a cache: every pick reads the registry. Only the round-robin counters and the nodes' health are kept.</summary>
internal sealed class UncachedPicks(SelectorContext context, CancellationToken stop)
{
    private readonly ConcurrentDictionary<string, SnapshotContext> _services = new(StringComparer.Ordinal);

    public async Task<NodePick> PickAsync(
        string service, SelectOptions options, AttemptedNodes? attempted, CancellationToken cancellationToken)
    {
        var records = await ReadAsync(service, cancellationToken).ConfigureAwait(false);
        var snapshots = ContextOf(service);
        snapshots.Health?.Retain(records.SelectMany(record => record.Nodes), []);
        return new ServiceSnapshot(snapshots, records, []).TryPick(options, attempted, out var pick)
            ? pick
            : throw new ServiceNotFoundException(context.Registry.Name, service);
    }

    private async Task<IReadOnlyList<ServiceRecord>> ReadAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Registry.GetServiceAsync(service, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not (RegistryException or OperationCanceledException or ArgumentException))
        {
            throw new LookupOutcome(LookupResult.Failed, error).ToException(context.Registry.Name, service);
        }
    }

    private SnapshotContext ContextOf(string service)
    {
        if (_services.TryGetValue(service, out var known))
        {
            return known;
        }

        // A context that serves one pick runs no checks in the background.
        var isKept = _services.Count < context.Options.MaxServices;
        var created = SnapshotContext.Create(service, context, suspects: null, isKept ? stop : new CancellationToken(canceled: true));
        return isKept ? _services.GetOrAdd(service, created) : created;
    }
}
