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
    private readonly Action _onState;

    internal RegistryView(RegistryBase registry, string? service, WatchHub hub, Action onState)
    {
        _registry = registry;
        _service = service;
        Hub = hub;
        _onState = onState;
    }

    /// <summary>Gets the states that readers see.</summary>
    internal WatchHub Hub { get; }

    /// <summary>Sets the whole state: nodes that are not in it are gone. Call this first, and after every gap.</summary>
    /// <param name="records">All live nodes of the followed service, or of all; order and grouping do not matter.</param>
    public void Replace(IEnumerable<ServiceRecord> records)
    {
        Publish(_registry.Valid(_service, records));
        Confirm();
    }

    /// <summary>Adds nodes or replaces them by id.</summary>
    /// <param name="record">A record with these nodes only.</param>
    public void Set(ServiceRecord record)
    {
        if (_registry.IsValid(_service, record))
        {
            Hub.Apply(RegistryEvent.Update(record));
        }
    }

    /// <summary>Removes nodes.</summary>
    /// <param name="record">A record with these nodes only; of each node the id counts.</param>
    public void Remove(ServiceRecord record)
    {
        if (_service is null || string.Equals(_service, record.Name, StringComparison.Ordinal))
        {
            Hub.Apply(RegistryEvent.Delete(record));
        }
    }

    /// <summary>Sets the whole state, of records that were checked.</summary>
    internal void Publish(RecordSet state)
    {
        if (_service is null)
        {
            Hub.Replace(state);
        }
        else
        {
            Hub.Publish(_service, state);
        }

        Hub.Settle();
    }

    /// <summary>Reports that the backend answers: ends the row of failures.</summary>
    internal void Confirm() => _onState();

    /// <summary>
    /// Reports that the state cannot be read, for a backend that tries again by itself: readers that wait for the first state get the
    /// error, the others keep what they know.
    /// </summary>
    /// <param name="error">The error.</param>
    internal void Fail(Exception error) => Hub.Fail(error);
}
