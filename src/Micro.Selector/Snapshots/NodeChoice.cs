using System.Buffers;
using Micro.Selection.Strategies;

namespace Micro.Selection.Snapshots;

/// <summary>Picks with a picker and avoids tried nodes while others are left.</summary>
internal static class NodeChoice
{
    /// <summary>Returns the index of the picked node.</summary>
    public static int Pick(INodePicker picker, ReadOnlySpan<Node> nodes) => Check(picker, picker.Pick(nodes), nodes.Length);

    /// <summary>Returns the index of a node that was not tried; -1 when all were.</summary>
    public static int PickUntried(INodePicker picker, ReadOnlySpan<Node> nodes, AttemptedNodes attempted)
    {
        var untried = 0;
        foreach (var node in nodes)
        {
            untried += attempted.Contains(node) ? 0 : 1;
        }

        if (untried == 0)
        {
            return -1;
        }

        if (untried == nodes.Length)
        {
            return Pick(picker, nodes);
        }

        return picker is IAttemptAwarePicker aware
            ? aware.PickUntried(nodes, attempted)
            : PickAmong(picker, nodes, attempted, untried);
    }

    private static int PickAmong(INodePicker picker, ReadOnlySpan<Node> nodes, AttemptedNodes attempted, int untried)
    {
        var rest = ArrayPool<Node>.Shared.Rent(untried);
        try
        {
            var count = 0;
            foreach (var node in nodes)
            {
                if (!attempted.Contains(node))
                {
                    rest[count++] = node;
                }
            }

            var chosen = rest[Pick(picker, rest.AsSpan(0, untried))];
            var index = 0;
            while (!ReferenceEquals(nodes[index], chosen))
            {
                index++;
            }

            return index;
        }
        finally
        {
            ArrayPool<Node>.Shared.Return(rest, clearArray: true);
        }
    }

    private static int Check(INodePicker picker, int index, int count) =>
        (uint)index < (uint)count
            ? index
            : throw new InvalidOperationException(FormattableString.Invariant($"{picker.GetType()} picked {index} of {count} nodes"));
}
