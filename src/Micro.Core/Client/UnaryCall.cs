using System.Diagnostics.CodeAnalysis;
using Micro.Codecs;

namespace Micro.Client;

/// <summary>A call with one request and one response.</summary>
internal sealed class UnaryCall<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
    ClientOptions defaults, string service, string endpoint, CallOptions options, ContentFormat format, CallMetadata? metadata, long id)
    : PlannedCall<TResponse>(defaults, service, endpoint, options, format, metadata, id)
{
    public override ValueTask<TResponse> SendAsync(NodeTransports transports, EncodedRequest request, Node node, TimeSpan limit, CancellationToken cancellationToken) =>
        transports.For(node, this).CallAsync(this, request, node, limit, cancellationToken);
}
