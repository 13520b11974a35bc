namespace Micro.Selection.Strategies;

/// <summary>Picks one node after the other, across calls and changes of the list.</summary>
/// <param name="start">First position, for tests; otherwise random, so that many clients do not start at the same node.</param>
internal sealed class RoundRobinStrategy(uint? start = null) : ISelectorStrategy
{
    public string Name => "roundrobin";

    public INodePicker CreatePicker(string service) => new RoundRobinPicker(start ?? (uint)AtomicRandom.Create().Next());
}
