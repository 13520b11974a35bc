using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Mvccpb;

namespace Micro.Registry.Etcd.Api;

/// <summary>Lists of any length: read page by page, all pages at the revision of the first.</summary>
internal sealed partial class EtcdApi
{
    private const int PageKeys = 1000;
    private const int ListTries = 3;

    /// <summary>Reads all keys of a prefix and the revision of the list.</summary>
    public async Task<(long Revision, IReadOnlyList<KeyValue> Pairs)> ListAsync(KeyRange range, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            try
            {
                return await ListPagesAsync(range, cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.OutOfRange && round < ListTries)
            {
                // The revision was compacted in between, or the next member is behind it: a new list.
            }
        }
    }

    private async Task<(long Revision, IReadOnlyList<KeyValue> Pairs)> ListPagesAsync(KeyRange range, CancellationToken cancellationToken)
    {
        var before = Interlocked.Read(ref _revision);
        var request = new RangeRequest { Key = range.Start, RangeEnd = range.End, Limit = PageKeys, Serializable = !_options.LinearizableReads };
        var page = await RangeAsync(request, cancellationToken).ConfigureAwait(false);
        if (_options.LinearizableReads)
        {
            Observe(before, page.Header);
        }

        var revision = page.Header?.Revision ?? 0;
        var pairs = new List<KeyValue>(page.Kvs);
        var bytes = (long)page.CalculateSize();
        while (page.More && page.Kvs.Count > 0)
        {
            request = request.Clone();
            request.Revision = revision;
            request.Key = ByteString.CopyFrom([.. pairs[^1].Key.Span, 0]); // the smallest key after this one
            page = await RangeAsync(request, cancellationToken).ConfigureAwait(false);
            bytes += page.CalculateSize();
            if (bytes > _options.MaxReceiveBytes)
            {
                throw EtcdErrors.Create(
                    StatusCode.ResourceExhausted,
                    $"the list of {range.Prefix} has more than {_options.MaxReceiveBytes} bytes: raise {nameof(_options.MaxReceiveBytes)}");
            }

            pairs.AddRange(page.Kvs);
        }

        return (revision, pairs);
    }
}
