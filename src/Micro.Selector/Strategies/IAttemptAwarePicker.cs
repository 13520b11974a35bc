namespace Micro.Selection.Strategies;

/// <summary>
/// A picker that depends on the position of a node in the whole list, so it skips tried nodes itself. Others get a list
/// without them.
/// </summary>
internal interface IAttemptAwarePicker
{
    /// <summary>Picks a node that was not tried; the list holds at least one.</summary>
    int PickUntried(ReadOnlySpan<Node> nodes, AttemptedNodes attempted);
}
