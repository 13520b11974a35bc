namespace Micro.Selection.Strategies;

/// <summary>Every node with the same probability.</summary>
/// <param name="seed">Start of the sequence, for tests; otherwise each picker starts somewhere else.</param>
internal sealed class RandomStrategy(ulong? seed = null) : ISelectorStrategy
{
    public string Name => "random";

    public INodePicker CreatePicker(string service) =>
        new RandomPicker(seed is { } start ? new AtomicRandom(start) : AtomicRandom.Create());
}
