using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace Micro.Client;

/// <summary>
/// Calls nodes in a protocol other than mucp. The kind of a failure tells whether the call can have been executed. Safe for
/// concurrent use; disposing closes its connections.
/// </summary>
internal interface IClientTransport : INodeTraffic, IDisposable
{
    /// <summary>Runs one attempt of a unary call.</summary>
    /// <param name="plan">The call.</param>
    /// <param name="request">The request if it is a protobuf message, whose package may name the method.</param>
    /// <param name="body">The request, encoded; valid until the attempt ends.</param>
    /// <param name="node">The node to try.</param>
    /// <param name="limit">Time limit of the attempt.</param>
    /// <param name="cancellationToken">Fires when the limit passes or the caller cancels.</param>
    ValueTask<TResponse> CallAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        CallPlan plan,
        IMessage? request,
        ReadOnlyMemory<byte> body,
        Node node,
        TimeSpan limit,
        CancellationToken cancellationToken);

    /// <summary>Runs one attempt to open a stream.</summary>
    /// <param name="plan">The call.</param>
    /// <param name="node">The node to try.</param>
    /// <param name="caller">Ends the stream, also after it was opened.</param>
    /// <param name="cancellationToken">Fires when the limit of the attempt passes or the caller cancels.</param>
    ValueTask<IClientStream<TRequest, TResponse>> OpenStreamAsync<
        TRequest,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        CallPlan plan,
        Node node,
        CancellationToken caller,
        CancellationToken cancellationToken);
}
