using Google.Protobuf.Reflection;

namespace Micro.Server.Handlers;

/// <summary>The path of an rpc, <c>/package.Service/Method</c>, as gRPC has it on the wire.</summary>
internal static class RpcPath
{
    public static string Of(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";

    /// <summary>Returns the full name of the service; empty when the text is not such a path.</summary>
    public static ReadOnlySpan<char> ServiceOf(ReadOnlySpan<char> path)
    {
        var slash = path.LastIndexOf('/');
        return slash > 1 && path[0] == '/' ? path[1..slash] : default;
    }
}
