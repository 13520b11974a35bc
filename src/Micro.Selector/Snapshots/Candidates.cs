using Micro.Selection.Ejection;

namespace Micro.Selection.Snapshots;

/// <summary>Nodes to pick from, and by index the reporter of their attempts. Immutable.</summary>
internal sealed class Candidates
{
    public Candidates(Node[] nodes, NodeReporter[] reporters)
    {
        Nodes = nodes;
        Reporters = reporters;
    }

    public Node[] Nodes { get; }

    public NodeReporter[] Reporters { get; }

    public int Count => Nodes.Length;

    public NodePick this[int index] => new(Nodes[index], Reporters[index]);

    /// <summary>Returns the candidates after some changes; unchanged ranges are copied as a whole.</summary>
    /// <param name="nodes">All nodes after the changes.</param>
    /// <param name="changes">What changed, in the order of the list.</param>
    /// <param name="report">Creates the reporter of an added node.</param>
    public Candidates With(Node[] nodes, IReadOnlyList<NodeEdit> changes, Func<Node, NodeReporter> report)
    {
        var reporters = new NodeReporter[nodes.Length];
        var (from, to) = (0, 0);
        foreach (var change in changes)
        {
            Array.Copy(Reporters, from, reporters, to, change.Index - from);
            to += change.Index - from;
            from = change.Removed is null ? change.Index : change.Index + 1;
            if (change.Added is { } node)
            {
                reporters[to++] = report(node);
            }
        }

        Array.Copy(Reporters, from, reporters, to, Count - from);
        return new Candidates(nodes, reporters);
    }

    /// <summary>Returns the candidates whose index passes.</summary>
    public Candidates Where(Func<int, bool> passes)
    {
        var kept = Enumerable.Range(0, Count).Where(passes).ToArray();
        return kept.Length == Count ? this
            : new Candidates([.. kept.Select(index => Nodes[index])], [.. kept.Select(index => Reporters[index])]);
    }
}
