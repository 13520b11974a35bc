namespace Micro.Registry.Kit;

/// <summary>
/// An immutable set of service records in the order the registry contract promises: by name and version, nodes by id,
/// and every node id at most once per service. What every registry keeps, lists and compares.
/// </summary>
internal sealed class RecordSet
{
    public static readonly RecordSet Empty = new([]);

    private RecordSet(ServiceRecord[] records)
    {
        Records = Array.AsReadOnly(records);
        foreach (var record in records)
        {
            NodeCount += record.Nodes.Count;
        }
    }

    /// <summary>The records, none without nodes.</summary>
    public IReadOnlyList<ServiceRecord> Records { get; }

    /// <summary>Gets the number of nodes in all records.</summary>
    public int NodeCount { get; }

    /// <summary>
    /// Groups records by service and version. A node id that occurs more than once in a service counts where it stands
    /// last; description and endpoints of a version come from its last record.
    /// </summary>
    public static RecordSet Create(IEnumerable<ServiceRecord> records)
    {
        var services = new SortedDictionary<string, ServiceVersions>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            if (!services.TryGetValue(record.Name, out var versions))
            {
                services.Add(record.Name, versions = new ServiceVersions());
            }

            versions.Merge(record);
        }

        return new RecordSet([.. services.Values.SelectMany(versions => versions.ToRecords())]);
    }

    /// <summary>Returns the set after an event; the same object when the event changes nothing.</summary>
    public RecordSet Apply(RegistryEvent change)
    {
        if (change.Service is not { } service)
        {
            return this;
        }

        if (!RecordPatch.Handles(service))
        {
            return ApplyWhole(change, service);
        }

        var before = Find(service.Name);
        var after = RecordPatch.Apply(before, change);
        return ReferenceEquals(before, after) ? this : Replace(service.Name, after);
    }

    /// <summary>The same for any event, at the price of putting the service's records together anew.</summary>
    internal RecordSet ApplyWhole(RegistryEvent change, ServiceRecord service)
    {
        var versions = new ServiceVersions();
        var before = Find(service.Name);
        foreach (var record in before)
        {
            versions.Merge(record);
        }

        if (change.Kind == RegistryEventKind.Delete)
        {
            versions.Remove(service);
        }
        else
        {
            versions.Merge(service);
        }

        var after = versions.ToRecords();
        return after.SequenceEqual(before) ? this : Replace(service.Name, after);
    }

    /// <summary>The events that turn this set into the other one.</summary>
    public IReadOnlyList<RegistryEvent> DifferenceTo(RecordSet other) => RecordDifference.Between(Records, other.Records);

    /// <summary>The records of one service, sorted by version.</summary>
    public IReadOnlyList<ServiceRecord> Find(string service) =>
        [.. Records.Where(record => string.Equals(record.Name, service, StringComparison.Ordinal))];

    /// <summary>Returns the records of each service as a set of its own, sorted by name.</summary>
    public IEnumerable<(string Service, RecordSet Records)> ByService() =>
        Records.GroupBy(static record => record.Name, StringComparer.Ordinal).Select(static group => (group.Key, new RecordSet([.. group])));

    private RecordSet Replace(string service, IReadOnlyList<ServiceRecord> records)
    {
        var start = 0;
        while (start < Records.Count && string.CompareOrdinal(Records[start].Name, service) < 0)
        {
            start++;
        }

        var end = start;
        while (end < Records.Count && string.Equals(Records[end].Name, service, StringComparison.Ordinal))
        {
            end++;
        }

        return new RecordSet([.. Records.Take(start), .. records, .. Records.Skip(end)]);
    }
}
