using Micro.Registry;

namespace Micro.Selection;

/// <summary>Hears of the attempts at one node, for the strategy and for the node's health; one per node and snapshot.</summary>
/// <param name="inner">The strategy's picker.</param>
/// <param name="table">Keeps the health; <see langword="null"/> when ejection is off.</param>
/// <param name="health">The node's health.</param>
/// <param name="drop">Forgets the node when it refuses a connection; <see langword="null"/> for listed nodes.</param>
internal sealed class NodeReporter(INodePicker inner, HealthTable? table, NodeHealth health, Action<Node>? drop) : INodePicker, ISuspectsNodes
{
    public NodeHealth Health { get; } = health;

    public Node Node => Health.Node;

    public bool IsInUse => Health.State == NodeHealthState.InUse;

    public int Pick(ReadOnlySpan<Node> nodes) => inner.Pick(nodes);

    public Task<bool> SuspectAsync() => table?.SuspectAsync(Health) ?? Task.FromResult(true);

    public void Complete(Node node, in AttemptOutcome outcome)
    {
        inner.Complete(node, in outcome);
        table?.Report(Health, in outcome);
        if (drop is not null && !outcome.Succeeded && outcome.Failure == ErrorKind.Connect)
        {
            drop(node);
        }
    }
}
