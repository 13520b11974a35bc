namespace Micro.Registry.Kit;

/// <summary>The versions of one service while they are put together. Not safe for concurrent use.</summary>
internal sealed class ServiceVersions
{
    private readonly Dictionary<string, (Node Node, string Version)> _nodes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ServiceRecord> _descriptions = new(StringComparer.Ordinal);

    /// <summary>Adds nodes or replaces them by id; a node that was under another version moves.</summary>
    public void Merge(ServiceRecord record)
    {
        _descriptions[record.Version] = record;
        foreach (var node in record.Nodes)
        {
            _nodes[node.Id] = (node, record.Version);
        }
    }

    /// <summary>Removes the named nodes; without nodes the whole version, without nodes and version everything.</summary>
    public void Remove(ServiceRecord record)
    {
        var ids = record.Nodes.Count > 0 ? record.Nodes.Select(node => node.Id).ToArray() : [.. _nodes.Keys];
        var anyVersion = record.Nodes.Count == 0 && record.Version.Length == 0;
        foreach (var id in ids)
        {
            // A late delete of a node that has moved to another version meanwhile must not hit its new place.
            if (_nodes.TryGetValue(id, out var known)
                && (anyVersion || string.Equals(known.Version, record.Version, StringComparison.Ordinal)))
            {
                _nodes.Remove(id);
            }
        }
    }

    /// <summary>One record per version with nodes, sorted by version, nodes sorted by id.</summary>
    public IReadOnlyList<ServiceRecord> ToRecords()
    {
        var byVersion = _nodes.Values.ToLookup(entry => entry.Version, entry => entry.Node, StringComparer.Ordinal);
        var records = new List<ServiceRecord>(_descriptions.Count);
        foreach (var (version, description) in _descriptions)
        {
            var nodes = byVersion[version].ToArray();
            if (nodes.Length > 0)
            {
                Array.Sort(nodes, static (left, right) => string.CompareOrdinal(left.Id, right.Id));
                records.Add(description with { Nodes = nodes });
            }
        }

        return records;
    }
}
