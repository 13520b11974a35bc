using Micro;
using Micro.Selection;

namespace CustomStrategySample;

/// <summary>Picks the nodes of one zone in turn, and those of other zones only while it has none.</summary>
/// <param name="zone">The caller's zone; the label <c>zone</c> holds that of a node.</param>
public sealed class SameZoneFirst(string zone) : ISelectorStrategy
{
    public string Name => "samezone";

    public INodePicker CreatePicker(string service) => new Picker(zone);

    /// <summary>Runs for every attempt on many threads: no lock, no wait, no allocation.</summary>
    private sealed class Picker(string zone) : INodePicker
    {
        private uint _turn;

        public int Pick(ReadOnlySpan<Node> nodes)
        {
            var near = 0;
            foreach (var node in nodes)
            {
                near += IsNear(node) ? 1 : 0;
            }

            var turn = (int)(Interlocked.Increment(ref _turn) % (uint)(near > 0 ? near : nodes.Length));
            if (near == 0)
            {
                return turn;
            }

            for (var index = 0; ; index++)
            {
                if (IsNear(nodes[index]) && turn-- == 0)
                {
                    return index;
                }
            }
        }

        private bool IsNear(Node node) => node.Metadata.TryGetValue("zone", out var other) && string.Equals(other, zone, StringComparison.Ordinal);
    }
}
