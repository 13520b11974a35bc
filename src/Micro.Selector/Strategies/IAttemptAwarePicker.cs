namespace Micro.Selection.Strategies;

/// <summary>
/// A picker to which the place of a node in the whole list matters, so that it skips tried nodes itself. Others get a
/// list without them.
/// </summary>
internal interface IAttemptAwarePicker
{
    /// <summary>Picks a node that was not tried; at least one such is in the list.</summary>
    int PickUntried(ReadOnlySpan<Node> nodes, AttemptedNodes attempted);
}
