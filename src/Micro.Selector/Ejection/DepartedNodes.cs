using Micro.Basics;

namespace Micro.Selection.Ejection;

/// <summary>
/// The health of nodes that recently left the registry, so that a node that comes and goes does not start clean each
/// time. Bounded; nodes without a failure are not kept. Not safe for concurrent use.
/// </summary>
internal sealed class DepartedNodes(TimeProvider time, TimeSpan keepFor)
{
    /// <summary>Maximum number of nodes kept per service; those that left first are dropped.</summary>
    public const int Limit = 1024;

    private readonly Dictionary<(string Id, string Address), (NodeHealth Health, long Until)> _nodes = [];
    private readonly Queue<((string Id, string Address) Key, long Until)> _order = [];

    public int Count => _nodes.Count;

    public void Add(NodeHealth health)
    {
        var now = time.GetTimestamp();
        while (_order.TryPeek(out var first) && (first.Until <= now || _order.Count >= Limit))
        {
            _order.Dequeue();
            if (_nodes.TryGetValue(first.Key, out var entry) && entry.Until == first.Until)
            {
                _nodes.Remove(first.Key);
            }
        }

        if (health.HasHistory)
        {
            var key = (health.Node.Id, health.Node.Address);
            var until = now + time.Units(keepFor);
            _nodes[key] = (health, until);
            _order.Enqueue((key, until));
        }
    }

    /// <summary>Removes and returns the health of a node that is back; <see langword="null"/> when it starts clean.</summary>
    public NodeHealth? Take((string Id, string Address) key) =>
        _nodes.Remove(key, out var entry) && entry.Until > time.GetTimestamp() ? entry.Health : null;
}
