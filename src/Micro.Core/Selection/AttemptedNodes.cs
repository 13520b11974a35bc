namespace Micro.Selection;

/// <summary>The nodes that one call tried so far. Belongs to one call; not safe for concurrent use.</summary>
public sealed class AttemptedNodes
{
    private readonly List<Node> _nodes = [];

    /// <summary>The number of nodes that were tried.</summary>
    public int Count => _nodes.Count;

    /// <summary>Notes a node that was tried.</summary>
    /// <param name="node">The node.</param>
    public void Add(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (!Contains(node))
        {
            _nodes.Add(node);
        }
    }

    /// <summary>Returns <see langword="true"/> if a node was tried: the same id at the same address, so a restarted node counts as new.</summary>
    /// <param name="node">The node.</param>
    public bool Contains(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        foreach (var tried in _nodes)
        {
            if (string.Equals(tried.Id, node.Id, StringComparison.Ordinal)
                && string.Equals(tried.Address, node.Address, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
