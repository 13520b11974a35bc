namespace Micro.Telemetry;

/// <summary>Attributes of OpenTelemetry's semantic conventions for RPC.</summary>
internal static class RpcTags
{
    public const string System = "rpc.system.name";
    public const string Method = "rpc.method";
    public const string StatusCode = "rpc.response.status_code";
    public const string ErrorType = "error.type";
    public const string ServerAddress = "server.address";
    public const string PeerAddress = "network.peer.address";
    public const string PeerPort = "network.peer.port";
    public const string ProtocolName = "network.protocol.name";
    public const string ProtocolVersion = "network.protocol.version";

    /// <summary>Value of <see cref="System"/>, whatever the protocol: the endpoints and their errors are go-micro's.</summary>
    public const string GoMicro = "go_micro";

    /// <summary>Value of <see cref="Method"/> for unknown endpoints, so that callers cannot invent tag values.</summary>
    public const string OtherMethod = "_OTHER";

    /// <summary>Value of <see cref="ProtocolName"/>.</summary>
    public const string Http = "http";
}
