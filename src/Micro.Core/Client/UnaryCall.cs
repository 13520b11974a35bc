using System.Diagnostics.CodeAnalysis;
using Micro.Codecs;

namespace Micro.Client;

/// <summary>A call with one request and one response.</summary>
/// <param name="defaults">The options of the client.</param>
/// <param name="service">Name of the service.</param>
/// <param name="endpoint">Name of the endpoint.</param>
/// <param name="options">The options of the call.</param>
/// <param name="format">Encodes and decodes the messages.</param>
/// <param name="metadata">The metadata of the call.</param>
/// <param name="id">Number of the call, unique in the client.</param>
internal sealed class UnaryCall<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
    ClientOptions defaults,
    string service,
    string endpoint,
    CallOptions options,
    ContentFormat format,
    CallMetadata? metadata,
    long id)
    : PlannedCall<TResponse>(defaults, service, endpoint, options, format, metadata, id)
{
    public override ValueTask<TResponse> SendAsync(NodeTransports transports, EncodedRequest request, Node node, TimeSpan limit, CancellationToken cancellationToken) =>
        transports.For(node, this).CallAsync(this, request, node, limit, cancellationToken);
}
