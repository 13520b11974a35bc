namespace Micro.Client;

/// <summary>What is tried on one node: a unary call or the opening of a stream. Implemented by structs, so that a call allocates no closure.</summary>
internal interface IAttempt<TResult>
{
    /// <param name="node">The node to try.</param>
    /// <param name="limit">Time the attempt may take.</param>
    /// <param name="cancellationToken">Fires when the limit passes or the caller cancels.</param>
    ValueTask<TResult> RunAsync(Node node, TimeSpan limit, CancellationToken cancellationToken);
}
