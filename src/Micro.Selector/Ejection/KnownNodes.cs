using Micro.Selection.Snapshots;

namespace Micro.Selection.Ejection;

/// <summary>
/// The health of the nodes of one service by id and address, so that a node restarted elsewhere starts clean. The health of
/// nodes that the registry no longer lists is remembered for a while. Used under the lock of the <see cref="HealthTable"/>.
/// </summary>
/// <param name="excluded">The excluded nodes. Removed when they leave, added again when they come back.</param>
/// <param name="departed">The nodes that have left.</param>
/// <param name="isOpen"><see langword="true"/> when anybody can announce nodes: new ones are excluded until they answer.</param>
internal sealed class KnownNodes(ExcludedNodes excluded, DepartedNodes departed, bool isOpen)
{
    private readonly List<NodeHealth> _newcomers = [];
    private Dictionary<(string Id, string Address), NodeHealth> _nodes = [];

    /// <summary>Returns the health of a node. A node of an older snapshot gets an unshared health.</summary>
    public NodeHealth Get(Node node) => _nodes.GetValueOrDefault(KeyOf(node)) ?? new NodeHealth(node);

    /// <summary>Returns whether the node is still known; reports from older snapshots may concern a node that has left.</summary>
    public bool Contains(NodeHealth health) => ReferenceEquals(_nodes.GetValueOrDefault(KeyOf(health.Node)), health);

    /// <summary>Returns whether calls reach the node: it has answered and is not excluded.</summary>
    public bool IsWorking(Node node) => _nodes.GetValueOrDefault(KeyOf(node)) is { IsNewcomer: false, State: NodeHealthState.InUse };

    /// <summary>Removes and returns the nodes added since the last call that must answer before they are used.</summary>
    public IReadOnlyList<NodeHealth> TakeNewcomers()
    {
        if (_newcomers.Count == 0)
        {
            return [];
        }

        NodeHealth[] taken = [.. _newcomers];
        _newcomers.Clear();
        return taken;
    }

    /// <summary>Replaces the known nodes; all others have left.</summary>
    public void Retain(IEnumerable<Node> listed, IEnumerable<Node> suspects)
    {
        var before = _nodes;
        _nodes = new Dictionary<(string Id, string Address), NodeHealth>(before.Count);
        foreach (var node in suspects)
        {
            Keep(node, isListed: false);
        }

        foreach (var node in listed)
        {
            Keep(node, isListed: true);
        }

        foreach (var (key, health) in before)
        {
            if (!_nodes.ContainsKey(key))
            {
                departed.Add(health);
            }
        }

        Count(_nodes.Values.Count(static health => health.IsCounted));

        void Keep(Node node, bool isListed)
        {
            var health = before.GetValueOrDefault(KeyOf(node)) ?? Recall(node);
            health.IsListed = isListed;
            _nodes[KeyOf(node)] = health;
        }
    }

    /// <summary>Applies changes of the listed nodes of a service without suspects; the cost does not grow with the nodes.</summary>
    public void Change(IReadOnlyList<NodeEdit> edits)
    {
        // Removals first, so that a node that only changed its labels or version keeps its health.
        var gone = new Dictionary<(string Id, string Address), NodeHealth>();
        foreach (var edit in edits)
        {
            if (edit.Removed is { } node && _nodes.Remove(KeyOf(node), out var health))
            {
                gone[KeyOf(node)] = health;
            }
        }

        foreach (var edit in edits)
        {
            if (edit.Added is { } node)
            {
                var health = gone.Remove(KeyOf(node), out var known) ? known : Recall(node);
                health.IsListed = true;
                _nodes[KeyOf(node)] = health;
            }
        }

        foreach (var (_, health) in gone)
        {
            departed.Add(health);
        }

        Count(isOpen ? _nodes.Values.Count(static health => health.IsCounted) : _nodes.Count);
    }

    private static (string Id, string Address) KeyOf(Node node) => (node.Id, node.Address);

    private NodeHealth Recall(Node node)
    {
        var health = departed.Take(KeyOf(node)) ?? new NodeHealth(node, isOpen);
        if (health.State == NodeHealthState.New)
        {
            _newcomers.Add(health);
        }

        if (health.State != NodeHealthState.InUse)
        {
            excluded.Add(health);
        }

        return health;
    }

    private void Count(int listed)
    {
        excluded.ListedCount = listed;
        excluded.RemoveWhere(health => !Contains(health));
    }
}
