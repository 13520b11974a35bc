using System.Diagnostics.CodeAnalysis;
using Micro.Codecs;

namespace Micro.Client;

/// <summary>The opening of a stream.</summary>
/// <param name="defaults">The options of the client.</param>
/// <param name="service">Name of the service.</param>
/// <param name="endpoint">Name of the endpoint.</param>
/// <param name="options">The options of the call.</param>
/// <param name="format">Encodes and decodes the messages.</param>
/// <param name="metadata">The metadata of the call.</param>
/// <param name="id">Number of the call, unique in the client.</param>
/// <param name="caller">Ends the stream, also after it was opened.</param>
internal sealed class StreamCall<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
    ClientOptions defaults,
    string service,
    string endpoint,
    CallOptions options,
    ContentFormat format,
    CallMetadata? metadata,
    long id,
    CancellationToken caller)
    : PlannedCall<IClientStream<TRequest, TResponse>>(defaults, service, endpoint, options, format, metadata, id)
{
    public CancellationToken Caller => caller;

    public override ValueTask<IClientStream<TRequest, TResponse>> SendAsync(
        NodeTransports transports, EncodedRequest request, Node node, TimeSpan limit, CancellationToken cancellationToken) =>
        transports.For(node, this).OpenStreamAsync(this, node, cancellationToken);
}
