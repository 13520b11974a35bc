namespace Micro.Registry.Kit;

/// <summary>
/// Applies an event with few nodes to the records of one service, at the price of a copy of their lists: a service may
/// have a hundred thousand nodes of which one changes.
/// </summary>
internal static class RecordPatch
{
    /// <summary>Events with more nodes are merged as a whole.</summary>
    private const int MostNodes = 64;

    /// <summary>Returns whether this class applies an event: it names its nodes, and not too many.</summary>
    public static bool Handles(ServiceRecord change) => change.Nodes.Count is >= 1 and <= MostNodes;

    /// <summary>The records after the event, sorted by version; the same object when it changes nothing.</summary>
    /// <param name="before">The records of the event's service, sorted by version, their nodes by id.</param>
    /// <param name="change">The event; <see cref="Handles"/> its record.</param>
    public static IReadOnlyList<ServiceRecord> Apply(IReadOnlyList<ServiceRecord> before, RegistryEvent change)
    {
        var service = change.Service!;
        var nodes = Sort(service.Nodes);
        return change.Kind == RegistryEventKind.Delete ? Remove(before, service, nodes) : Merge(before, service, nodes);
    }

    /// <summary>Removes nodes of that version; a node that has moved to another version remains.</summary>
    private static IReadOnlyList<ServiceRecord> Remove(IReadOnlyList<ServiceRecord> before, ServiceRecord service, Node[] nodes)
    {
        var after = new List<ServiceRecord>(before.Count);
        foreach (var record in before)
        {
            AddUnlessEmpty(after, IsSameVersion(record, service) ? Without(record, nodes) : record);
        }

        return IsSame(before, after) ? before : after;
    }

    /// <summary>Puts nodes under that version, whose description the event brings, and takes them out of the others.</summary>
    private static IReadOnlyList<ServiceRecord> Merge(IReadOnlyList<ServiceRecord> before, ServiceRecord service, Node[] nodes)
    {
        var after = new List<ServiceRecord>(before.Count + 1);
        ServiceRecord? merged = null;
        foreach (var record in before)
        {
            if (merged is null && string.CompareOrdinal(record.Version, service.Version) >= 0)
            {
                after.Add(merged = IsSameVersion(record, service) ? With(record, service, nodes) : service with { Nodes = new NodeList(nodes) });
            }

            if (!IsSameVersion(record, service))
            {
                AddUnlessEmpty(after, Without(record, nodes));
            }
        }

        if (merged is null)
        {
            after.Add(service with { Nodes = new NodeList(nodes) });
        }

        return IsSame(before, after) ? before : after;
    }

    private static ServiceRecord With(ServiceRecord record, ServiceRecord service, Node[] nodes)
    {
        var list = SortedNodes.With(record.NodeList, nodes);
        return ReferenceEquals(list, record.NodeList) && RecordDifference.SameDescription(record, service) ? record : service with { Nodes = list };
    }

    private static ServiceRecord Without(ServiceRecord record, Node[] nodes)
    {
        var list = SortedNodes.Without(record.NodeList, nodes);
        return ReferenceEquals(list, record.NodeList) ? record : record with { Nodes = list };
    }

    private static void AddUnlessEmpty(List<ServiceRecord> records, ServiceRecord record)
    {
        if (record.Nodes.Count > 0)
        {
            records.Add(record);
        }
    }

    private static bool IsSameVersion(ServiceRecord left, ServiceRecord right) => string.Equals(left.Version, right.Version, StringComparison.Ordinal);

    private static bool IsSame(IReadOnlyList<ServiceRecord> before, List<ServiceRecord> after) =>
        before.Count == after.Count && before.Zip(after).All(static pair => ReferenceEquals(pair.First, pair.Second));

    /// <summary>By id, of equal ids the last.</summary>
    private static Node[] Sort(IReadOnlyList<Node> nodes)
    {
        var byId = new SortedDictionary<string, Node>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            byId[node.Id] = node;
        }

        return [.. byId.Values];
    }
}
