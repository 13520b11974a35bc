using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Micro.Client.Mucp;
using Micro.Transport;

namespace Micro.Client;

/// <summary>A unary attempt in the protocol chosen for the node.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct RoutedUnaryAttempt<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
    MucpUnaryAttempt<TResponse> mucp,
    IClientTransport? grpc,
    CallPlan plan,
    IMessage? request,
    ReadOnlyMemory<byte> body) : IAttempt<TResponse>
{
    public ValueTask<TResponse> RunAsync(Node node, TimeSpan limit, CancellationToken cancellationToken)
    {
        NodeTls.ThrowIfMissing(node, plan.UsesTls);
        return grpc is not null && NodeProtocol.IsGrpc(node, plan)
            ? grpc.CallAsync<TResponse>(plan, request, body, node, limit, cancellationToken)
            : mucp.RunAsync(node, limit, cancellationToken);
    }
}
