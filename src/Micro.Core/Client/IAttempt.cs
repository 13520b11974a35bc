namespace Micro.Client;

/// <summary>An attempt at one node: a unary call or the opening of a stream. Implemented by structs, so that a call allocates no closure.</summary>
internal interface IAttempt<TResult>
{
    /// <param name="node">The node to try.</param>
    /// <param name="limit">Time limit of the attempt.</param>
    /// <param name="cancellationToken">Fires when the limit passes or the caller cancels.</param>
    ValueTask<TResult> RunAsync(Node node, TimeSpan limit, CancellationToken cancellationToken);
}
