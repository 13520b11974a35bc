namespace Micro.Selection.Strategies;

/// <summary>Picks every node with the same probability.</summary>
/// <param name="seed">Start of the sequence, for tests; random by default.</param>
internal sealed class RandomStrategy(ulong? seed = null) : ISelectorStrategy
{
    public string Name => "random";

    public INodePicker CreatePicker(string service) =>
        new RandomPicker(seed is { } start ? new AtomicRandom(start) : AtomicRandom.Create());
}
