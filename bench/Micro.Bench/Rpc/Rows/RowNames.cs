namespace Micro.Bench.Rpc.Rows;

/// <summary>The rows by name, in the order they are shown.</summary>
internal static class RowNames
{
    public const string RawPingPong = "raw ping-pong";
    public const string RawBatch = "raw batch";
    public const string Http1Json = "http/1.1 json";
    public const string Http1Protobuf = "http/1.1 protobuf";
    public const string Http2Json = "http/2 json";
    public const string Http2Protobuf = "http/2 protobuf";
    public const string GrpcDotnet = "grpc-dotnet";
    public const string MucpMultiplexed = "mucp multiplexed";
    public const string MucpExclusive = "mucp exclusive";
    public const string Grpc = "grpc";
    public const string MucpStub = "mucp standard stub";
    public const string GrpcStub = "grpc standard stub";

    public static readonly IReadOnlyList<string> All =
        [RawPingPong, RawBatch, Http1Json, Http1Protobuf, Http2Json, Http2Protobuf, GrpcDotnet, MucpMultiplexed, MucpExclusive, Grpc, MucpStub, GrpcStub];
}
