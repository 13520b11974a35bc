using Micro.Registry;

namespace Micro.Selection.Filters;

/// <summary>Keeps the nodes with a metadata value, and the records that have such nodes.</summary>
internal sealed record LabelFilter(string Key, string Value) : ISelectorFilter
{
    public IReadOnlyList<ServiceRecord> Apply(IReadOnlyList<ServiceRecord> records)
    {
        var kept = new List<ServiceRecord>(records.Count);
        foreach (var record in records)
        {
            Node[] nodes = [.. record.Nodes.Where(Matches)];
            if (nodes.Length > 0)
            {
                kept.Add(nodes.Length == record.Nodes.Count ? record : record with { Nodes = nodes });
            }
        }

        return kept;
    }

    private bool Matches(Node node) =>
        node.Metadata.TryGetValue(Key, out var value) && string.Equals(value, Value, StringComparison.Ordinal);
}
