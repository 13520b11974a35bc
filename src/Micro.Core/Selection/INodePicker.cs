namespace Micro.Selection;

/// <summary>
/// Chooses among the nodes of one service. Called for every attempt on the hot path by many threads: it must not
/// lock, wait or allocate.
/// </summary>
public interface INodePicker
{
    /// <summary>Picks a node.</summary>
    /// <param name="nodes">The candidates, at least one, in a stable order: by version, then by node id.</param>
    /// <returns>Index of the chosen node, 0 to the number of nodes less one.</returns>
    int Pick(ReadOnlySpan<Node> nodes);

    /// <summary>Hears how an attempt at a picked node ended; does nothing by default.</summary>
    /// <param name="node">The node that was picked.</param>
    /// <param name="outcome">The outcome of the attempt.</param>
    void Complete(Node node, in AttemptOutcome outcome)
    {
    }
}
