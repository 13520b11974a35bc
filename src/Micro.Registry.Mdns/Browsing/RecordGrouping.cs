namespace Micro.Registry.Mdns.Browsing;

/// <summary>Groups single nodes into one record per version, sorted, with the endpoints of the youngest node.</summary>
internal static class RecordGrouping
{
    public static IReadOnlyList<ServiceRecord> ByVersion(IEnumerable<CachedNode> nodes) =>
    [
        .. nodes
            .GroupBy(node => node.Record.Version, StringComparer.Ordinal)
            .OrderBy(version => version.Key, StringComparer.Ordinal)
            .Select(version => version.MaxBy(node => node.Order)!.Record with
            {
                Nodes = [.. version.Select(node => node.Record.Nodes[0]).OrderBy(node => node.Id, StringComparer.Ordinal)],
            }),
    ];
}
