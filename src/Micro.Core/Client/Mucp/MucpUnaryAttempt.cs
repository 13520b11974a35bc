using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Micro.Transport.Messages;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Client.Mucp;

/// <summary>One unary attempt: on a connection shared with other calls where the node can do that, else on one of its own.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct MucpUnaryAttempt<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
    ConnectionPool pool,
    RequestHeads heads,
    CallPlan plan,
    ReadOnlyMemory<byte> body) : IAttempt<TResponse>
{
    public ValueTask<TResponse> RunAsync(Node node, TimeSpan limit, CancellationToken cancellationToken)
    {
        var canShare = body.Length <= Multiplexing.MaxBodyBytes
            && !plan.Options.CloseConnection
            && Multiplexing.IsPossible(node, plan.Addresses.Count > 0);
        if (canShare)
        {
            var call = pool.PendingCalls.Get();
            if (pool.TryCall(node.Address, call, heads, plan, limit, body))
            {
                return ReceiveAsync(call, pool.PendingCalls, plan, cancellationToken);
            }

            pool.PendingCalls.Return(call);
        }

        return RunAloneAsync(pool, heads, plan, body, node, limit, canShare, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<TResponse> ReceiveAsync(MucpPendingCall call, ObjectPool<MucpPendingCall> pool, CallPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            using (cancellationToken.UnsafeRegister(static (state, token) => ((MucpPendingCall)state!).Cancel(token), call))
            {
                await call.Completion.ConfigureAwait(false);
            }

            plan.Options.ResponseMetadata?.Take(call.Head);
            return ReplyReader.Read<TResponse>(call.Head, call.Body, plan.Format);
        }
        finally
        {
            pool.Return(call);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<TResponse> RunAloneAsync(
        ConnectionPool pool,
        RequestHeads heads,
        CallPlan plan,
        ReadOnlyMemory<byte> body,
        Node node,
        TimeSpan limit,
        bool canShare,
        CancellationToken cancellationToken)
    {
        var started = plan.Now;
        var renting = pool.RentAsync(node.Address, plan.DialTimeout, cancellationToken);
        var isNew = !renting.IsCompleted;
        var connection = await renting.ConfigureAwait(false);
        var isShared = false;
        try
        {
            var asks = canShare && !connection.WasAsked;
            connection.WasAsked |= asks;
            connection.Output.Clear();
            heads.Write(connection.Output, node.Address, plan, isNew ? plan.LeftOf(limit, started) : limit, body.Length, asksToMultiplex: asks);
            await connection.SendAsync(body, cancellationToken).ConfigureAwait(false);
            var reply = await connection.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                isShared = asks && !connection.MustClose && connection.Head[KnownHeader.MicroMux].SequenceEqual("1"u8);
                plan.Options.ResponseMetadata?.Take(connection.Head);
                return ReplyReader.Read<TResponse>(connection.Head, in reply, plan.Format);
            }
            finally
            {
                connection.Release();
            }
        }
        finally
        {
            if (isShared)
            {
                pool.Share(connection);
            }
            else
            {
                // Closes it instead when it failed or the server asked to.
                pool.Return(connection);
            }
        }
    }
}
