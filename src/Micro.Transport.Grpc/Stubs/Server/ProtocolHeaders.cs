using Micro.Transport.Messages;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>Headers that belong to a protocol and are not metadata of the caller.</summary>
internal static class ProtocolHeaders
{
    public static bool IsOwn(string name) =>
        HeaderRules.IsReserved(name)
        || KnownHeaders.IsOurs(name)
        || name.StartsWith("content-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("x-content-type", StringComparison.OrdinalIgnoreCase);
}
