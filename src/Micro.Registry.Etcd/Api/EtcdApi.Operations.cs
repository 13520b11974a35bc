using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Micro.Registry.Etcd.Api;

/// <summary>The operations. Those that change something or need agreement also report the revision of the cluster.</summary>
internal sealed partial class EtcdApi
{
    /// <summary>Reads one key with the agreement of the cluster.</summary>
    public async Task<KeyValue?> GetAsync(ByteString key, CancellationToken cancellationToken)
    {
        var before = Interlocked.Read(ref _revision);
        var answer = await RangeAsync(new RangeRequest { Key = key }, cancellationToken).ConfigureAwait(false);
        Observe(before, answer.Header);
        return answer.Kvs.Count > 0 ? answer.Kvs[0] : null;
    }

    public async Task PutAsync(ByteString key, ByteString value, long lease, CancellationToken cancellationToken)
    {
        var before = Interlocked.Read(ref _revision);
        var request = new PutRequest { Key = key, Value = value, Lease = lease };
        var answer = await CallAsync((client, headers, token) => client.PutAsync(request, headers, cancellationToken: token), cancellationToken).ConfigureAwait(false);
        Observe(before, answer.Header);
    }

    public async Task DeleteAsync(ByteString key, CancellationToken cancellationToken)
    {
        var before = Interlocked.Read(ref _revision);
        var request = new DeleteRangeRequest { Key = key };
        var answer = await CallAsync((client, headers, token) => client.DeleteAsync(request, headers, cancellationToken: token), cancellationToken).ConfigureAwait(false);
        Observe(before, answer.Header);
    }

    public Task<LeaseGrantResponse> GrantAsync(long seconds, CancellationToken cancellationToken) =>
        CallAsync((client, headers, token) => client.LeaseGrantAsync(new LeaseGrantRequest { TTL = seconds }, headers, cancellationToken: token), cancellationToken);

    public Task RevokeAsync(long lease, CancellationToken cancellationToken) =>
        CallAsync((client, headers, token) => client.LeaseRevokeAsync(new LeaseRevokeRequest { ID = lease }, headers, cancellationToken: token), cancellationToken);

    public Task<LeaseTimeToLiveResponse> TimeToLiveAsync(long lease, CancellationToken cancellationToken) =>
        CallAsync((client, headers, token) => client.LeaseTimeToLiveAsync(new LeaseTimeToLiveRequest { ID = lease, Keys = true }, headers, cancellationToken: token), cancellationToken);

    private Task<RangeResponse> RangeAsync(RangeRequest request, CancellationToken cancellationToken) =>
        CallAsync((client, headers, token) => client.GetAsync(request, headers, cancellationToken: token), cancellationToken);

    /// <summary>
    /// Compares revisions: one below a revision known before the request means that the data was wiped or restored. The
    /// cluster's id can stay the same.
    /// </summary>
    private void Observe(long before, ResponseHeader? header)
    {
        var revision = header?.Revision ?? 0;
        if (revision < before)
        {
            Interlocked.Exchange(ref _revision, revision);
            EtcdBackend.Log.WentBack(_logger, before, revision);
            WentBack?.Invoke(this, EventArgs.Empty);
            return;
        }

        long known;
        while ((known = Interlocked.Read(ref _revision)) < revision
            && Interlocked.CompareExchange(ref _revision, revision, known) != known)
        {
            // Another answer came in between: compare again.
        }
    }
}
