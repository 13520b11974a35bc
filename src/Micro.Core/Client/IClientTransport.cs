using System.Diagnostics.CodeAnalysis;

namespace Micro.Client;

/// <summary>
/// Calls nodes in one protocol. The kind of a failure tells whether the call can have been executed. Safe for concurrent
/// use; disposing closes its connections.
/// </summary>
internal interface IClientTransport : INodeTraffic, IDisposable
{
    /// <summary>Runs one attempt of a unary call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="request">Its request.</param>
    /// <param name="node">The node to try.</param>
    /// <param name="limit">The time limit of the attempt.</param>
    /// <param name="cancellationToken">Fires when the limit passes or the caller cancels.</param>
    ValueTask<TResponse> CallAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        UnaryCall<TResponse> call, EncodedRequest request, Node node, TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>Runs one attempt to open a stream.</summary>
    /// <param name="call">The call.</param>
    /// <param name="node">The node to try.</param>
    /// <param name="cancellationToken">Fires when the limit of the attempt passes or the caller cancels.</param>
    ValueTask<IClientStream<TRequest, TResponse>> OpenStreamAsync<
        TRequest,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        StreamCall<TRequest, TResponse> call, Node node, CancellationToken cancellationToken);
}
