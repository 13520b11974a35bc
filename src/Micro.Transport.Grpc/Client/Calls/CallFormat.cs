using Micro.Codecs;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>What a content type of the client means over gRPC.</summary>
/// <param name="ContentType">What is sent as <c>content-type</c>.</param>
/// <param name="Name">What the call named, sent as <c>x-content-type</c> like go-micro's client does.</param>
/// <param name="Codec">The codec of the messages.</param>
/// <param name="IsFramed">Whether encoded requests have gRPC's prefix already.</param>
internal sealed record CallFormat(string ContentType, string Name, ICodec Codec, bool IsFramed)
{
    /// <summary>Whether messages are JSON: go-micro puts no line end after them here.</summary>
    public bool IsJson { get; } = ContentType.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
}
