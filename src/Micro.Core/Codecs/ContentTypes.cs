namespace Micro.Codecs;

/// <summary>The content types that the framework knows.</summary>
public static class ContentTypes
{
    /// <summary>JSON; proto3 JSON for protobuf messages. The default of the client.</summary>
    public const string Json = "application/json";

    /// <summary>Protobuf. The default of a server when a request names none.</summary>
    public const string Protobuf = "application/protobuf";

    /// <summary>Protobuf under its other name.</summary>
    public const string Proto = "application/proto";

    /// <summary>Raw bytes.</summary>
    public const string OctetStream = "application/octet-stream";

    /// <summary>JSON in the envelope of JSON-RPC 1.0, spoken by peers before go-micro 1.0.</summary>
    public const string JsonRpc = "application/json-rpc";

    /// <summary>Protobuf in the envelope of peers before go-micro 1.0.</summary>
    public const string ProtoRpc = "application/proto-rpc";

    /// <summary>Protobuf with gRPC's five byte prefix.</summary>
    public const string Grpc = "application/grpc";

    /// <summary>Protobuf with gRPC's five byte prefix, under its full name.</summary>
    public const string GrpcProto = "application/grpc+proto";

    /// <summary>JSON with gRPC's five byte prefix.</summary>
    public const string GrpcJson = "application/grpc+json";

    /// <summary>Raw bytes with gRPC's five byte prefix.</summary>
    public const string GrpcBytes = "application/grpc+bytes";

    /// <summary>Returns whether a content type belongs to gRPC; <c>application/grpc-web</c> does not.</summary>
    internal static bool IsGrpc(ReadOnlySpan<char> contentType) =>
        contentType.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == Grpc.Length || contentType[Grpc.Length] is '+' or ';' or ' ');

    /// <summary>Returns the gRPC variant of a content type: <c>application/grpc+xml</c> for <c>application/xml</c>.</summary>
    internal static string? GrpcTypeOf(string contentType)
    {
        const string Prefix = "application/";
        return contentType.Length > Prefix.Length && contentType.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? $"{Grpc}+{contentType.AsSpan(Prefix.Length)}"
            : null;
    }
}
