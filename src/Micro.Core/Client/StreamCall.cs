using System.Diagnostics.CodeAnalysis;
using Micro.Codecs;

namespace Micro.Client;

/// <summary>The opening of a stream.</summary>
internal sealed class StreamCall<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
    ClientOptions defaults, string service, string endpoint, CallOptions options, ContentFormat format, CallMetadata? metadata, long id, CancellationToken caller)
    : PlannedCall<IClientStream<TRequest, TResponse>>(defaults, service, endpoint, options, format, metadata, id)
{
    /// <summary>Gets the token that ends the stream, also after it was opened.</summary>
    public CancellationToken Caller => caller;

    public override ValueTask<IClientStream<TRequest, TResponse>> SendAsync(
        NodeTransports transports, EncodedRequest request, Node node, TimeSpan limit, CancellationToken cancellationToken) =>
        transports.For(node, this).OpenStreamAsync(this, node, cancellationToken);
}
