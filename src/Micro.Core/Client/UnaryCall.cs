using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Micro.Basics;
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
/// <param name="message">The request if it is a protobuf message, whose package may name the method.</param>
/// <param name="body">The request, encoded; valid until the call ends.</param>
internal sealed class UnaryCall<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
    ClientOptions defaults,
    string service,
    string endpoint,
    CallOptions options,
    ContentFormat format,
    CallMetadata? metadata,
    long id,
    IMessage? message,
    PooledBufferWriter body)
    : PlannedCall<TResponse>(defaults, service, endpoint, options, format, metadata, id)
{
    public IMessage? Message => message;

    public ReadOnlyMemory<byte> Body => body.WrittenMemory;

    public override ValueTask<TResponse> SendAsync(NodeTransports transports, Node node, TimeSpan limit, CancellationToken cancellationToken) =>
        transports.For(node, this).CallAsync(this, node, limit, cancellationToken);
}
