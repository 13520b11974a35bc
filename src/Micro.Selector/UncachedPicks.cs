using System.Collections.Concurrent;
using Micro.Registry;

namespace Micro.Selection;

/// <summary>Picks without a cache: every pick asks the registry, only the counters of round robin are kept.</summary>
internal sealed class UncachedPicks(SelectorContext context)
{
    private readonly ConcurrentDictionary<string, PickerTable> _pickers = new(StringComparer.Ordinal);

    public async Task<NodePick> PickAsync(
        string service, SelectOptions options, AttemptedNodes? attempted, CancellationToken cancellationToken)
    {
        var records = await ReadAsync(service, cancellationToken).ConfigureAwait(false);
        var snapshots = new SnapshotContext
        {
            Service = service,
            Pickers = PickersOf(service),
            Time = context.Time,
            MaxFilterSets = 1,
            DropSuspect = static _ => { },
        };
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

    private PickerTable PickersOf(string service)
    {
        if (_pickers.TryGetValue(service, out var known))
        {
            return known;
        }

        var table = new PickerTable(service, context.Options.Strategy, context.Options.MaxFilterSets);
        return _pickers.Count < context.Options.MaxServices ? _pickers.GetOrAdd(service, table) : table;
    }
}
