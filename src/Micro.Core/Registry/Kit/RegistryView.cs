namespace Micro.Registry.Kit;

/// <summary>
/// What a backend knows of the services that it follows (<see cref="RegistryBase"/>). Readers get the differences, in the order in
/// which the backend hands them over. Records that break <see cref="ServiceRecordRules"/> are skipped and logged. Not safe for
/// concurrent use: one backend follows one view.
/// </summary>
public sealed class RegistryView
{
    private readonly RegistryBase _registry;
    private readonly string? _service;
    private readonly WatchHub _hub;
    private readonly Action _onState;
    private RecordSet _known = RecordSet.Empty;

    internal RegistryView(RegistryBase registry, string? service, WatchHub hub, Action onState)
    {
        _registry = registry;
        _service = service;
        _hub = hub;
        _onState = onState;
    }

    /// <summary>Takes the whole state: what is not in it is gone. To be called first, and after every gap.</summary>
    /// <param name="records">All live nodes of the followed service, or of all; order and grouping do not matter.</param>
    public void Replace(IEnumerable<ServiceRecord> records)
    {
        Publish(_registry.Valid(_service, records));
        _hub.Settle();
        _onState();
    }

    /// <summary>Takes nodes that are new or have changed.</summary>
    /// <param name="record">A record with these nodes only.</param>
    public void Set(ServiceRecord record)
    {
        if (_registry.IsValid(_service, record))
        {
            Publish(_known.Apply(RegistryEvent.Update(record)));
        }
    }

    /// <summary>Takes nodes that have gone.</summary>
    /// <param name="record">A record with these nodes only; of each node the id counts.</param>
    public void Remove(ServiceRecord record)
    {
        if (_service is null || string.Equals(_service, record.Name, StringComparison.Ordinal))
        {
            Publish(_known.Apply(RegistryEvent.Delete(record)));
        }
    }

    private void Publish(RecordSet now)
    {
        if (!ReferenceEquals(now, _known))
        {
            _known = now;
            _hub.Publish(_service ?? "", now);
        }
    }
}
