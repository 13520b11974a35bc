using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Micro.Basics;
using Micro.Transport.Messages;
using Micro.Transport.Security;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Client.Mucp;

/// <summary>
/// Calls nodes over mucp: on a connection shared with other calls where the node can do that, else on one of its own. Each stream
/// has its own connection.
/// </summary>
internal sealed class MucpClientTransport(ClientOptions options, ClientTls? tls) : IClientTransport
{
    private readonly ConnectionPool _pool = new(options.Limits, options.PoolSize, options.PoolTtl, options.TimeProvider, tls, options.Network);
    private readonly ObjectPool<MucpPendingCall> _pendingCalls = Pools.Create<MucpPendingCall>();
    private readonly RequestHeads _heads = new();

    /// <summary>Gets the number of connections that wait for the next call.</summary>
    public int IdleConnections => _pool.IdleCount;

    public ValueTask<TResponse> CallAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        UnaryCall<TResponse> call, EncodedRequest request, Node node, TimeSpan limit, CancellationToken cancellationToken)
    {
        var canShare = request.Body.Length <= Multiplexing.MaxBodyBytes
            && !call.Options.CloseConnection
            && Multiplexing.IsPossible(node, call.Addresses.Count > 0);
        if (canShare)
        {
            var pending = _pendingCalls.Get();
            if (_pool.TryCall(node.Address, pending, _heads, call, limit, request.Body))
            {
                return ReceiveAsync(pending, call, cancellationToken);
            }

            _pendingCalls.Return(pending);
        }

        return CallAloneAsync(call, request.Body, node, limit, canShare, cancellationToken);
    }

    public async ValueTask<IClientStream<TRequest, TResponse>> OpenStreamAsync<
        TRequest,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        StreamCall<TRequest, TResponse> call, Node node, CancellationToken cancellationToken)
    {
        var connection = await MucpClientConnection.ConnectAsync(
            options.Network, node.Address, options.Limits, tls, call.DialTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        try
        {
            // The first frame only names the endpoint. Every server drops its body; JSON peers still expect a JSON value.
            ReadOnlyMemory<byte> empty = call.Format.Codec.Name == "json" && call.Format.Envelope is null ? "{}\n"u8.ToArray() : default;
            _heads.Write(connection.Output, node.Address, call, call.StreamTimeout, empty.Length);
            await connection.SendAsync(empty, cancellationToken).ConfigureAwait(false);
            return new MucpClientStream<TRequest, TResponse>(connection, node, _heads, call, call.Caller);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public long HeardAt(string address) => _pool.HeardAt(address);

    public void RetireSilent(string address, long since) => _pool.RetireSilent(address, since);

    public void Dispose() => _pool.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResponse> ReceiveAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        MucpPendingCall pending, UnaryCall<TResponse> call, CancellationToken cancellationToken)
    {
        try
        {
            using (cancellationToken.UnsafeRegister(static (state, token) => ((MucpPendingCall)state!).Cancel(token), pending))
            {
                await pending.Completion.ConfigureAwait(false);
            }

            call.Options.ResponseMetadata?.Take(pending.Head);
            return ReplyReader.Read<TResponse>(pending.Head, pending.Body, call.Format);
        }
        finally
        {
            _pendingCalls.Return(pending);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResponse> CallAloneAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        UnaryCall<TResponse> call, ReadOnlyMemory<byte> body, Node node, TimeSpan limit, bool canShare, CancellationToken cancellationToken)
    {
        var started = call.Now;
        var renting = _pool.RentAsync(node.Address, call.DialTimeout, cancellationToken);
        var isNew = !renting.IsCompleted;
        var connection = await renting.ConfigureAwait(false);
        var isShared = false;
        try
        {
            var asks = canShare && !connection.WasAsked;
            connection.WasAsked |= asks;
            connection.Output.Clear();
            _heads.Write(connection.Output, node.Address, call, isNew ? call.LeftOf(limit, started) : limit, body.Length, asksToMultiplex: asks);
            await connection.SendAsync(body, cancellationToken).ConfigureAwait(false);
            var reply = await connection.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                isShared = asks && !connection.MustClose && connection.Head[KnownHeader.MicroMux].SequenceEqual("1"u8);
                call.Options.ResponseMetadata?.Take(connection.Head);
                return ReplyReader.Read<TResponse>(connection.Head, in reply, call.Format);
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
                _pool.Share(connection);
            }
            else
            {
                // Closes it instead when it failed or the server asked to.
                _pool.Return(connection);
            }
        }
    }
}
