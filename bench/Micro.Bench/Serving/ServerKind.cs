namespace Micro.Bench.Serving;

/// <summary>What a server process serves.</summary>
internal enum ServerKind
{
    /// <summary>Bytes for bytes, nothing parsed.</summary>
    Raw,

    /// <summary>ASP.NET Core: HTTP/1.1 and HTTP/2, JSON and protobuf.</summary>
    Http,

    /// <summary>ASP.NET Core with the standard gRPC server.</summary>
    GrpcDotnet,

    /// <summary>Ours.</summary>
    Micro,

    /// <summary>Ours, with a handler of the standard gRPC stubs.</summary>
    MicroStub,
}
