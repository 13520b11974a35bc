namespace Micro.Selection;

/// <summary>Checks whether a node is alive without calling its service. Safe for concurrent use.</summary>
internal interface INodeCheck
{
    /// <summary>Checks a node over a new connection.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="true"/> if it answers within about two seconds; otherwise <see langword="false"/>.</returns>
    /// <exception cref="OperationCanceledException">The token has fired.</exception>
    Task<bool> IsAliveAsync(Node node, CancellationToken cancellationToken);
}
