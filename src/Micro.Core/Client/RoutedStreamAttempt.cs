using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Micro.Client.Mucp;
using Micro.Transport;

namespace Micro.Client;

/// <summary>Opens a stream in the protocol chosen for the node.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct RoutedStreamAttempt<
    TRequest,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
    MucpStreamAttempt<TRequest, TResponse> mucp,
    IClientTransport? grpc,
    CallPlan plan,
    CancellationToken caller) : IAttempt<IClientStream<TRequest, TResponse>>
{
    public async ValueTask<IClientStream<TRequest, TResponse>> RunAsync(Node node, TimeSpan limit, CancellationToken cancellationToken)
    {
        NodeTls.ThrowIfMissing(node, plan.UsesTls);
        return grpc is not null && NodeProtocol.IsGrpc(node, plan)
            ? await grpc.OpenStreamAsync<TRequest, TResponse>(plan, node, caller, cancellationToken).ConfigureAwait(false)
            : await mucp.RunAsync(node, limit, cancellationToken).ConfigureAwait(false);
    }
}
