using Micro.Basics;

namespace Micro.Registry.Kit;

/// <summary>Compares two sorted record lists (<see cref="RecordSet"/>) and says by which events one becomes the other.</summary>
internal static class RecordDifference
{
    /// <summary>
    /// Creates and updates come before deletes, so that a reader who applies them one by one never sees a service empty
    /// whose nodes were only exchanged.
    /// </summary>
    public static IReadOnlyList<RegistryEvent> Between(IReadOnlyList<ServiceRecord> before, IReadOnlyList<ServiceRecord> after)
    {
        var arrivals = new List<RegistryEvent>();
        var removals = new List<RegistryEvent>();
        var left = 0;
        var right = 0;
        while (left < before.Count || right < after.Count)
        {
            var order = left == before.Count ? 1 : right == after.Count ? -1 : Compare(before[left], after[right]);
            if (order < 0)
            {
                removals.Add(RegistryEvent.Delete(before[left++]));
            }
            else if (order > 0)
            {
                arrivals.Add(RegistryEvent.Create(after[right++]));
            }
            else
            {
                CompareVersion(before[left++], after[right++], arrivals, removals);
            }
        }

        arrivals.AddRange(removals);
        return arrivals;
    }

    private static int Compare(ServiceRecord left, ServiceRecord right)
    {
        var order = string.CompareOrdinal(left.Name, right.Name);
        return order != 0 ? order : string.CompareOrdinal(left.Version, right.Version);
    }

    private static void CompareVersion(ServiceRecord before, ServiceRecord after, List<RegistryEvent> arrivals, List<RegistryEvent> removals)
    {
        if (ReferenceEquals(before, after))
        {
            return;
        }

        List<Node> created = [], changed = [], removed = [];
        var left = 0;
        var right = 0;
        while (left < before.Nodes.Count || right < after.Nodes.Count)
        {
            if (left < before.Nodes.Count && right < after.Nodes.Count && ReferenceEquals(before.Nodes[left], after.Nodes[right]))
            {
                left++;
                right++;
                continue;
            }

            var order = left == before.Nodes.Count ? 1
                : right == after.Nodes.Count ? -1
                : string.CompareOrdinal(before.Nodes[left].Id, after.Nodes[right].Id);
            if (order < 0)
            {
                removed.Add(before.Nodes[left++]);
            }
            else if (order > 0)
            {
                created.Add(after.Nodes[right++]);
            }
            else
            {
                if (!before.Nodes[left++].Equals(after.Nodes[right]))
                {
                    changed.Add(after.Nodes[right]);
                }

                right++;
            }
        }

        // Every event carries the description, so a changed one needs an event of its own only when there is no other.
        if (created.Count == 0 && changed.Count == 0 && !SameDescription(before, after))
        {
            changed.AddRange(after.Nodes);
        }

        AddUnlessEmpty(arrivals, RegistryEventKind.Create, after, created);
        AddUnlessEmpty(arrivals, RegistryEventKind.Update, after, changed);
        AddUnlessEmpty(removals, RegistryEventKind.Delete, before, removed);
    }

    private static void AddUnlessEmpty(List<RegistryEvent> events, RegistryEventKind kind, ServiceRecord record, List<Node> nodes)
    {
        if (nodes.Count > 0)
        {
            events.Add(new RegistryEvent(kind, record with { Nodes = nodes }));
        }
    }

    /// <summary>Returns whether two records have the same description of a version.</summary>
    public static bool SameDescription(ServiceRecord left, ServiceRecord right) =>
        StructuralComparison.AreEqual(left.Metadata, right.Metadata)
        && StructuralComparison.AreEqual(left.Endpoints, right.Endpoints);
}
