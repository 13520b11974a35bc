using Micro.Registry;

namespace Micro.Selection;

/// <summary>Lets the strategy hear of attempts at suspects, and drops a suspect that refuses the connection.</summary>
internal sealed class SuspectPicker(INodePicker inner, Action<Node> drop) : INodePicker
{
    public int Pick(ReadOnlySpan<Node> nodes) => inner.Pick(nodes);

    public void Complete(Node node, in AttemptOutcome outcome)
    {
        inner.Complete(node, in outcome);
        if (!outcome.Succeeded && outcome.Failure == ErrorKind.Connect)
        {
            drop(node);
        }
    }
}
