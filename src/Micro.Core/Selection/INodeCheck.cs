namespace Micro.Selection;

/// <summary>Finds out whether a node lives without calling its service. Safe for concurrent use.</summary>
internal interface INodeCheck
{
    /// <summary>Asks a node over a new connection.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="true"/> if it answers, within two seconds or so; <see langword="false"/> if it does not.</returns>
    /// <exception cref="OperationCanceledException">The token has fired.</exception>
    Task<bool> IsAliveAsync(Node node, CancellationToken cancellationToken);
}
