using Micro.Registry;
using Micro.Registry.Kit;

namespace Micro.Selection.Snapshots;

/// <summary>
/// The difference between two node lists of one service, in list order: by version, then by id. Nodes that are the same
/// objects, nearly all of them, cost one comparison of references.
/// </summary>
internal sealed class NodeChanges
{
    private readonly List<NodeEdit> _edits = [];
    private int _index;

    private NodeChanges()
    {
    }

    public IReadOnlyList<NodeEdit> Edits => _edits;

    /// <summary>Gets whether the description of a version changed, such as its endpoints.</summary>
    public bool IsDescriptionChanged { get; private set; }

    public bool IsEmpty => _edits.Count == 0 && !IsDescriptionChanged;

    /// <summary>Compares two lists of records of one service, sorted by version, their nodes by id.</summary>
    public static NodeChanges Between(IReadOnlyList<ServiceRecord> before, IReadOnlyList<ServiceRecord> after)
    {
        var changes = new NodeChanges();
        var (left, right) = (0, 0);
        while (left < before.Count || right < after.Count)
        {
            var order = left == before.Count ? 1
                : right == after.Count ? -1
                : string.CompareOrdinal(before[left].Version, after[right].Version);
            changes.Compare(order <= 0 ? before[left] : null, order >= 0 ? after[right] : null);
            left += order <= 0 ? 1 : 0;
            right += order >= 0 ? 1 : 0;
        }

        return changes;
    }

    /// <summary>The nodes that left the service, each with its previous record; a move to another version does not count.</summary>
    public IReadOnlyList<(ServiceRecord Record, Node Node)> Vanished()
    {
        if (_edits.TrueForAll(static edit => edit.Added is not null))
        {
            return [];
        }

        var added = _edits.Where(static edit => edit.Added is not null).Select(static edit => edit.Added!.Id).ToHashSet(StringComparer.Ordinal);
        return [.. _edits.Where(edit => edit.Added is null && !added.Contains(edit.Removed!.Id)).Select(static edit => (edit.Record!, edit.Removed!))];
    }

    /// <summary>The nodes that are no longer listed at their address, each with its previous record.</summary>
    public IReadOnlyList<(ServiceRecord Record, Node Node)> Displaced()
    {
        if (_edits.TrueForAll(static edit => edit.Removed is null))
        {
            return [];
        }

        var added = _edits.Where(static edit => edit.Added is not null).Select(static edit => (edit.Added!.Id, edit.Added.Address)).ToHashSet();
        return [.. _edits.Where(edit => edit.Removed is { } node && !added.Contains((node.Id, node.Address))).Select(static edit => (edit.Record!, edit.Removed!))];
    }

    private void Compare(ServiceRecord? before, ServiceRecord? after)
    {
        if (!ReferenceEquals(before, after))
        {
            IsDescriptionChanged |= before is null || after is null || !RecordDifference.SameDescription(before, after);
            Compare(before, before?.NodeList.Array ?? [], after?.NodeList.Array ?? []);
        }

        _index += before?.Nodes.Count ?? 0;
    }

    private void Compare(ServiceRecord? record, Node[] before, Node[] after)
    {
        var (left, right) = (0, 0);
        while (left < before.Length || right < after.Length)
        {
            if (left < before.Length && right < after.Length && ReferenceEquals(before[left], after[right]))
            {
                left++;
                right++;
                continue;
            }

            var order = left == before.Length ? 1
                : right == after.Length ? -1
                : string.CompareOrdinal(before[left].Id, after[right].Id);
            if (order != 0 || !before[left].Equals(after[right]))
            {
                _edits.Add(new NodeEdit(_index + left, order <= 0 ? before[left] : null, order >= 0 ? after[right] : null, order <= 0 ? record : null));
            }

            left += order <= 0 ? 1 : 0;
            right += order >= 0 ? 1 : 0;
        }
    }
}
