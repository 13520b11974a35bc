using Micro.Selection.Snapshots;

namespace Micro.Selection.Ejection;

/// <summary>Reports the attempts at one node to the strategy and to the node's health; one per node and snapshot.</summary>
/// <param name="inner">The strategy's picker.</param>
/// <param name="table">Keeps the health; <see langword="null"/> when ejection is off.</param>
/// <param name="health">The node's health.</param>
/// <param name="suspects">The owner of the node when it is a suspect; <see langword="null"/> for listed nodes.</param>
internal sealed class NodeReporter(INodePicker inner, HealthTable? table, NodeHealth health, ISuspectOwner? suspects) : INodePicker, ISilentNodeCheck
{
    public NodeHealth Health { get; } = health;

    public Node Node => Health.Node;

    public bool IsInUse => Health.State == NodeHealthState.InUse;

    public int Pick(ReadOnlySpan<Node> nodes) => inner.Pick(nodes);

    public TimeSpan Patience => table?.PatienceFor(Health) ?? Timeout.InfiniteTimeSpan;

    public Task<bool> CheckAsync() => table?.CheckAsync(Health) ?? Task.FromResult(true);

    public void Complete(Node node, in AttemptOutcome outcome)
    {
        inner.Complete(node, in outcome);
        table?.Report(Health, in outcome);
        if (suspects is null)
        {
            return;
        }

        if (outcome.Succeeded)
        {
            suspects.NoteAnswer(node);
        }
        else if (outcome.Failure == ErrorKind.Connect)
        {
            suspects.Drop(node);
        }
    }
}
