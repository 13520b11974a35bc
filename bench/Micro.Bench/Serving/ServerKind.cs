namespace Micro.Bench.Serving;

/// <summary>The kinds of server processes.</summary>
internal enum ServerKind
{
    /// <summary>Raw bytes without parsing.</summary>
    Raw,

    /// <summary>ASP.NET Core: HTTP/1.1 and HTTP/2, JSON and protobuf.</summary>
    Http,

    /// <summary>ASP.NET Core with the standard gRPC server.</summary>
    GrpcDotnet,

    /// <summary>This framework.</summary>
    Micro,

    /// <summary>This framework with a handler on standard gRPC stubs.</summary>
    MicroStub,
}
