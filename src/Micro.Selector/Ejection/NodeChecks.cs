namespace Micro.Selection.Ejection;

/// <summary>The client's liveness check, shared by all services of a selector.</summary>
internal sealed class NodeChecks
{
    private volatile INodeCheck? _check;

    /// <summary>Gets whether nodes can be checked; otherwise the next call decides.</summary>
    public bool IsOn => _check is not null;

    public void Use(INodeCheck check) => _check = check;

    /// <exception cref="OperationCanceledException">The token has fired.</exception>
    public Task<bool> IsAliveAsync(Node node, CancellationToken cancellationToken) =>
        _check?.IsAliveAsync(node, cancellationToken) ?? Task.FromResult(true);
}
