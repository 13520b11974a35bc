using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Micro.Client;
using Micro.Registry;

namespace Micro.Transport.Mucp;

/// <summary>One unary attempt: a connection of the pool, the request, the reply.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct MucpUnaryAttempt<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
    ConnectionPool pool,
    RequestHeads heads,
    CallPlan plan,
    ReadOnlyMemory<byte> body) : IAttempt<TResponse>
{
    public async ValueTask<TResponse> RunAsync(Node node, TimeSpan limit, CancellationToken cancellationToken)
    {
        var connection = await pool.RentAsync(node.Address, plan.DialTimeout, cancellationToken).ConfigureAwait(false);
        try
        {
            connection.Output.Clear();
            heads.Write(connection.Output, node.Address, plan, limit, body.Length);
            await connection.SendAsync(body, cancellationToken).ConfigureAwait(false);
            var reply = await connection.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return ReplyReader.Read<TResponse>(connection.Head, in reply, plan.Format);
            }
            finally
            {
                connection.Release();
            }
        }
        finally
        {
            // Closes it instead when it failed or the server asked to.
            pool.Return(connection);
        }
    }
}
