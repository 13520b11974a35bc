using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Micro.Transport;
using Micro.Transport.Security;

namespace Micro.Client.Mucp;

/// <summary>Opens a stream on a connection of its own: the first frame only names the endpoint.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct MucpStreamAttempt<
    TRequest,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
    INetwork network,
    TransportLimits limits,
    ClientTls? tls,
    TimeProvider timeProvider,
    RequestHeads heads,
    CallPlan plan,
    CancellationToken caller) : IAttempt<MucpClientStream<TRequest, TResponse>>
{
    public async ValueTask<MucpClientStream<TRequest, TResponse>> RunAsync(Node node, TimeSpan limit, CancellationToken cancellationToken)
    {
        var connection = await MucpClientConnection.ConnectAsync(network, node.Address, limits, tls, plan.DialTimeout, timeProvider, cancellationToken).ConfigureAwait(false);
        try
        {
            // The body is thrown away by every server; JSON peers still expect a JSON value.
            ReadOnlyMemory<byte> empty = plan.Format.Codec.Name == "json" && plan.Format.Envelope is null ? "{}\n"u8.ToArray() : default;
            heads.Write(connection.Output, node.Address, plan, plan.StreamTimeout, empty.Length);
            await connection.SendAsync(empty, cancellationToken).ConfigureAwait(false);
            return new MucpClientStream<TRequest, TResponse>(connection, node, heads, plan, caller);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
