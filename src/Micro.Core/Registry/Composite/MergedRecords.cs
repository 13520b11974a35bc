using Micro.Registry.Kit;

namespace Micro.Registry.Composite;

/// <summary>Merges the answers of several registries.</summary>
internal static class MergedRecords
{
    /// <summary>
    /// The nodes of all lists. Where lists differ about a node id of a service, the earlier list counts, for its version,
    /// address and metadata alike.
    /// </summary>
    public static RecordSet Of(IEnumerable<IReadOnlyList<ServiceRecord>> lists) =>
        RecordSet.Create(lists.Reverse().SelectMany(static list => list));

    /// <summary>
    /// A list of services, sorted by name and version without duplicates. A bare name says nothing more when another
    /// registry knows the versions of that service.
    /// </summary>
    public static IReadOnlyList<ServiceRecord> Names(IReadOnlyCollection<IReadOnlyList<ServiceRecord>> lists)
    {
        var whole = Of(lists).Records;
        var known = whole.Select(static record => (record.Name, record.Version)).ToHashSet();
        var bare = lists.SelectMany(static list => list)
            .Where(static record => record.Nodes.Count == 0)
            .DistinctBy(static record => (record.Name, record.Version))
            .Where(record => !known.Contains((record.Name, record.Version)))
            .ToList();
        var versioned = whole.Concat(bare.Where(static record => record.Version.Length > 0)).Select(static record => record.Name).ToHashSet(StringComparer.Ordinal);
        return [.. whole
            .Concat(bare.Where(record => record.Version.Length > 0 || !versioned.Contains(record.Name)))
            .OrderBy(static record => record.Name, StringComparer.Ordinal)
            .ThenBy(static record => record.Version, StringComparer.Ordinal)];
    }
}
