namespace Micro.Selection;

/// <summary>A selector that checks excluded nodes with the liveness check of a client.</summary>
internal interface IChecksNodes
{
    /// <summary>Sets the check; the last one is used.</summary>
    /// <param name="check">The check.</param>
    void CheckWith(INodeCheck check);
}
