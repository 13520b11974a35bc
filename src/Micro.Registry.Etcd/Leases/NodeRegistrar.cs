using Google.Protobuf;
using Grpc.Core;
using Micro.Registry.Etcd.Api;
using Micro.Registry.Etcd.Records;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;
using Mvccpb;

namespace Micro.Registry.Etcd.Leases;

/// <summary>Writes and withdraws the key of one node.</summary>
internal sealed class NodeRegistrar(EtcdApi api, LeaseKeeper keeper, TimeSpan? renewalLimit, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// Ensures that the key holds this record under a live lease of this process. Reads the key first, with the agreement of
    /// the cluster, so that every heartbeat notices when another client has deleted or changed it.
    /// </summary>
    /// <returns>The address from which another process registered the same id; <see langword="null"/> without a conflict.</returns>
    public async Task<string?> AssertAsync(NodeState state, ServiceRecord record, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var value = ByteString.CopyFrom(RecordJson.Write(record));
        var seconds = WholeSeconds(ttl);
        var stored = await api.GetAsync(state.Key, cancellationToken).ConfigureAwait(false);
        var old = TakeOutdatedLease(state, seconds);
        string? conflict = null;
        if (stored is not null && !IsOurs(stored, state, old))
        {
            conflict = await ResolveConflictAsync(state, stored, record, value, seconds, cancellationToken).ConfigureAwait(false);
        }

        await WriteAsync(state, stored, value, seconds, cancellationToken).ConfigureAwait(false);
        state.Seconds = seconds;
        if (old is not null)
        {
            await RevokeAsync(old.Id, cancellationToken).ConfigureAwait(false);
        }

        return conflict;
    }

    /// <summary>
    /// Stops all work for the node, then deletes key and lease. A key that a successor with the same id has taken over in the
    /// meantime stays.
    /// </summary>
    public async Task WithdrawAsync(NodeState state, Node node, CancellationToken cancellationToken)
    {
        var lease = state.Lease;
        state.Lease = null;
        if (lease is not null)
        {
            keeper.Drop(lease);
        }

        var other = lease is null ? null : AddressUnderOtherLease(await api.GetAsync(state.Key, cancellationToken).ConfigureAwait(false), lease.Id);
        if (other is null || string.Equals(other, node.Address, StringComparison.Ordinal))
        {
            await api.DeleteAsync(state.Key, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            EtcdBackend.Log.Left(logger, state.KeyText, other);
        }

        if (lease is not null)
        {
            await RevokeAsync(lease.Id, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Rounds up to the whole seconds that etcd counts in, so that a registration never lives shorter than requested.</summary>
    private static long WholeSeconds(TimeSpan ttl) => ttl <= TimeSpan.Zero ? 0 : (long)Math.Ceiling(ttl.TotalSeconds);

    private static string? AddressUnderOtherLease(KeyValue? stored, long lease) =>
        stored is not null && stored.Lease != 0 && stored.Lease != lease
        && RecordJsonReader.TryReadService(stored.Value.Span, out var record) && record.Nodes is [var node, ..]
            ? node.Address
            : null;

    private static bool IsOurs(KeyValue stored, NodeState state, KeptLease? old) =>
        stored.Lease == (state.Lease?.Id ?? 0) || (old is not null && stored.Lease == old.Id);

    /// <summary>Drops a lease that is gone or has another lifetime than requested; returns the second kind, to be revoked.</summary>
    private KeptLease? TakeOutdatedLease(NodeState state, long seconds)
    {
        if (state.Lease is not { } lease)
        {
            return null;
        }

        if (state.IsLeaseGone)
        {
            state.Lease = null;
            return null;
        }

        if (state.Seconds == seconds)
        {
            return null;
        }

        keeper.Drop(lease);
        state.Lease = null;
        return lease;
    }

    private async Task WriteAsync(NodeState state, KeyValue? stored, ByteString value, long seconds, CancellationToken cancellationToken)
    {
        var hasTriedAgain = false;
        while (true)
        {
            var grantedAt = seconds > 0 && state.Lease is null ? await GrantAsync(state, seconds, cancellationToken).ConfigureAwait(false) : null;
            if (stored is not null && stored.Lease == (state.Lease?.Id ?? 0) && stored.Value.Equals(value))
            {
                Keep(state, grantedAt);
                return;
            }

            try
            {
                await api.PutAsync(state.Key, value, state.Lease?.Id ?? 0, cancellationToken).ConfigureAwait(false);
                EtcdBackend.Log.Written(logger, state.KeyText, state.Lease?.Id ?? 0);
                Keep(state, grantedAt);
                return;
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.NotFound && state.Lease is { } gone && !hasTriedAgain)
            {
                // The lease ended unnoticed, so nothing that was known about the key holds any more.
                keeper.Drop(gone);
                state.Lease = null;
                stored = null;
                hasTriedAgain = true;
            }
        }
    }

    private void Keep(NodeState state, long? grantedAt)
    {
        if (state.Lease is { } lease)
        {
            keeper.Keep(lease, grantedAt);
        }
        else if (!state.HasWarnedOfNoTtl)
        {
            state.HasWarnedOfNoTtl = true;
            EtcdBackend.Log.NoTtl(logger, state.KeyText);
        }
    }

    /// <summary>Requests a lease. It stays with the node when the following write fails, and serves the next try.</summary>
    private async Task<long?> GrantAsync(NodeState state, long seconds, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var granted = await api.GrantAsync(seconds, cancellationToken).ConfigureAwait(false);
        if (granted.ID == 0 || granted.TTL <= 0)
        {
            throw EtcdErrors.Create(StatusCode.Internal, $"etcd granted no lease: {granted.Error}");
        }

        Hold(state, granted.ID, granted.TTL, seconds);
        return asked;
    }

    private void Hold(NodeState state, long id, long granted, long seconds)
    {
        var ttl = TimeSpan.FromSeconds(granted);
        state.IsLeaseGone = false;
        state.Seconds = seconds;
        KeptLease? lease = null;
        lease = new KeptLease(id, ttl, renewalLimit ?? ttl * 3, isGone =>
        {
            state.IsLeaseGone |= isGone && ReferenceEquals(state.Lease, lease);
            EtcdBackend.Log.LeaseLost(logger, state.KeyText, id, isGone ? "etcd does not know it" : "not confirmed in time");
            state.Lose();
        });
        state.Lease = lease;
    }

    /// <summary>
    /// Resolves a value that this process did not write: the record of an earlier run is taken over, with its lease where
    /// that fits; the record of another process is overwritten once and reported every time.
    /// </summary>
    private async Task<string?> ResolveConflictAsync(
        NodeState state, KeyValue stored, ServiceRecord record, ByteString value, long seconds, CancellationToken cancellationToken)
    {
        _ = RecordJsonReader.TryReadService(stored.Value.Span, out var other);
        if (other is not null && !string.Equals(other.Name, record.Name, StringComparison.Ordinal)
            && string.Equals(EtcdKeys.Escape(other.Name), EtcdKeys.Escape(record.Name), StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"service '{record.Name}': service '{other.Name}' has the same key in etcd, where '/' becomes '-': rename one of them", nameof(record));
        }

        var address = other?.Nodes is [var node, ..] ? node.Address : null;
        if (address is not null && !string.Equals(address, record.Nodes[0].Address, StringComparison.Ordinal))
        {
            EtcdBackend.Log.Conflict(logger, record.Nodes[0].Id, address, record.Nodes[0].Address);
            if (state.Overwrites++ > 0)
            {
                throw new RegistryDeniedException("etcd", $"node id {record.Nodes[0].Id} is also registered by {address}: ids must be unique") { ConflictingAddress = address };
            }

            return address;
        }

        if (seconds > 0 && state.Lease is null && stored.Lease != 0 && stored.Value.Equals(value))
        {
            var lease = await api.TimeToLiveAsync(stored.Lease, cancellationToken).ConfigureAwait(false);
            if (lease.TTL > 0 && lease.GrantedTTL == seconds && lease.Keys.Count == 1)
            {
                Hold(state, stored.Lease, lease.GrantedTTL, seconds);
            }
        }

        return null;
    }

    private async Task RevokeAsync(long lease, CancellationToken cancellationToken)
    {
        try
        {
            await api.RevokeAsync(lease, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            // No key uses the lease and it is not renewed any more: it expires by itself.
            EtcdBackend.Log.RevokeFailed(logger, lease, exception.Message);
        }
    }
}
