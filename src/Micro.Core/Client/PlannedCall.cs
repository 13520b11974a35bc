using Micro.Codecs;

namespace Micro.Client;

/// <summary>A call together with what it does on a node.</summary>
/// <typeparam name="TResult">The type of the result: a response or an open stream.</typeparam>
internal abstract class PlannedCall<TResult>(
    ClientOptions defaults, string service, string endpoint, CallOptions options, ContentFormat format, CallMetadata? metadata, long id)
    : CallPlan(defaults, service, endpoint, options, format, metadata, id)
{
    /// <summary>Runs one attempt, in the protocol of the node.</summary>
    /// <param name="transports">The transports of the client.</param>
    /// <param name="request">The request; empty for a stream.</param>
    /// <param name="node">The node to try.</param>
    /// <param name="limit">The time limit of the attempt.</param>
    /// <param name="cancellationToken">Fires when the limit passes or the caller cancels.</param>
    public abstract ValueTask<TResult> SendAsync(NodeTransports transports, EncodedRequest request, Node node, TimeSpan limit, CancellationToken cancellationToken);
}
