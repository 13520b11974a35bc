using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Grpc.Core;
using Micro.Codecs;

namespace Micro.Transport.Grpc.Client;

/// <summary>A content type of the client over gRPC. Safe for concurrent use.</summary>
/// <param name="contentType">The <c>content-type</c> on the wire.</param>
/// <param name="name">The content type that the call named, sent as <c>x-content-type</c> like go-micro's client does.</param>
/// <param name="codec">The codec of the messages.</param>
/// <param name="isFramed"><see langword="true"/> when encoded requests have gRPC's prefix already.</param>
internal sealed class CallFormat(string contentType, string name, ICodec codec, bool isFramed)
{
    /// <summary>Gets the <c>content-type</c> on the wire.</summary>
    public MediaTypeHeaderValue ContentType { get; } = MediaTypeHeaderValue.Parse(contentType);

    /// <summary>Gets the content type that the call named.</summary>
    public string Name { get; } = name;

    /// <summary>Gets the codec of the messages.</summary>
    public ICodec Codec { get; } = codec;

    /// <summary>Gets whether encoded requests have gRPC's prefix already.</summary>
    public bool IsFramed { get; } = isFramed;

    /// <summary>Gets whether messages are JSON: go-micro puts no line end after them here.</summary>
    public bool IsJson { get; } = contentType.EndsWith("+json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets the methods called in this format.</summary>
    public ConcurrentDictionary<MethodKey, Method<OutgoingCall, object>> Methods { get; } = new();
}
