using Google.Protobuf;

namespace Micro.Registry.Etcd.Api;

/// <summary>The operations, one method each. What changes or needs agreement also tells how far the cluster is.</summary>
internal sealed partial class EtcdApi
{
    /// <summary>Reads one key with the agreement of the cluster.</summary>
    public async Task<KeyValue?> GetAsync(ByteString key, CancellationToken cancellationToken)
    {
        var before = Interlocked.Read(ref _revision);
        var answer = await CallAsync(EtcdMethods.Range, new RangeRequest { Key = key }, cancellationToken);
        Observe(before, answer.Header);
        return answer.Kvs.Count > 0 ? answer.Kvs[0] : null;
    }

    public async Task PutAsync(ByteString key, ByteString value, long lease, CancellationToken cancellationToken)
    {
        var before = Interlocked.Read(ref _revision);
        var answer = await CallAsync(EtcdMethods.Put, new PutRequest { Key = key, Value = value, Lease = lease }, cancellationToken);
        Observe(before, answer.Header);
    }

    public async Task DeleteAsync(ByteString key, CancellationToken cancellationToken)
    {
        var before = Interlocked.Read(ref _revision);
        var answer = await CallAsync(EtcdMethods.DeleteRange, new DeleteRangeRequest { Key = key }, cancellationToken);
        Observe(before, answer.Header);
    }

    public Task<LeaseGrantResponse> GrantAsync(long seconds, CancellationToken cancellationToken) =>
        CallAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { Ttl = seconds }, cancellationToken);

    public Task RevokeAsync(long lease, CancellationToken cancellationToken) =>
        CallAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { Id = lease }, cancellationToken);

    public Task<LeaseTimeToLiveResponse> TimeToLiveAsync(long lease, CancellationToken cancellationToken) =>
        CallAsync(EtcdMethods.LeaseTimeToLive, new LeaseTimeToLiveRequest { Id = lease, Keys = true }, cancellationToken);

    /// <summary>
    /// A revision below one known before the question was asked means that the data was wiped or restored. The cluster's
    /// id does not tell: it can stay the same.
    /// </summary>
    private void Observe(long before, ResponseHeader? header)
    {
        var revision = header?.Revision ?? 0;
        if (revision < before)
        {
            Interlocked.Exchange(ref _revision, revision);
            EtcdRegistry.Log.WentBack(_logger, before, revision);
            WentBack?.Invoke(this, EventArgs.Empty);
            return;
        }

        long known;
        while ((known = Interlocked.Read(ref _revision)) < revision
            && Interlocked.CompareExchange(ref _revision, revision, known) != known)
        {
            // Another answer came in between: look again.
        }
    }
}
