using Micro.Registry;

namespace Micro.Selection;

/// <summary>Nodes to pick from, and by index who hears how the attempts at them end. Immutable.</summary>
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

    /// <summary>Those whose index passes.</summary>
    public Candidates Where(Func<int, bool> passes)
    {
        var kept = Enumerable.Range(0, Count).Where(passes).ToArray();
        return kept.Length == Count ? this
            : new Candidates([.. kept.Select(index => Nodes[index])], [.. kept.Select(index => Reporters[index])]);
    }
}
