namespace Micro.Transport;

/// <summary>Names of the protocols in node metadata.</summary>
internal static class ProtocolNames
{
    public const string Mucp = "mucp";

    /// <summary>Version of HTTP that carries mucp.</summary>
    public const string MucpHttpVersion = "1.1";

    public const string Grpc = "grpc";

    /// <summary>
    /// Key under which a node lists all protocols of its port. <c>protocol</c> names only one, as in go-micro; a node without
    /// this key speaks only that one.
    /// </summary>
    public const string MetadataKey = "protocols";

    /// <summary>The list of a port with both protocols.</summary>
    public const string Both = "mucp,grpc";
}
