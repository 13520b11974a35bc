namespace Micro.Selection.Strategies;

/// <summary>Picks uniformly.</summary>
internal sealed class RandomPicker(AtomicRandom random) : INodePicker
{
    public int Pick(ReadOnlySpan<Node> nodes) => random.Next(nodes.Length);
}
