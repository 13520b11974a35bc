using Micro.Codecs;

namespace Micro.Transport.Grpc.Server;

/// <summary>One content type of gRPC: its name, and the codec of the messages.</summary>
/// <param name="ContentType">The name, repeated in the response.</param>
/// <param name="Codec">The codec.</param>
/// <param name="IsJson"><see langword="true"/> when messages are JSON, to which go-micro adds no line end here.</param>
internal sealed record GrpcFormat(string ContentType, ICodec Codec, bool IsJson);
