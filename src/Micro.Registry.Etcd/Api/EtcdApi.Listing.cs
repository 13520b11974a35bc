using Google.Protobuf;
using Micro.Transport.Grpc;

namespace Micro.Registry.Etcd.Api;

/// <summary>Lists of any length: read page by page, all pages at the revision of the first.</summary>
internal sealed partial class EtcdApi
{
    private const int PageKeys = 1000;
    private const int ListTries = 3;

    /// <summary>Reads all keys of a prefix and the revision they had.</summary>
    public async Task<KeyList> ListAsync(KeyRange range, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            try
            {
                return await ListPagesAsync(range, cancellationToken);
            }
            catch (GrpcException error) when (error.StatusCode == GrpcStatusCode.OutOfRange && round < ListTries)
            {
                // The revision was compacted meanwhile, or the member that went on has not got that far: a new list.
            }
        }
    }

    private async Task<KeyList> ListPagesAsync(KeyRange range, CancellationToken cancellationToken)
    {
        var before = Interlocked.Read(ref _revision);
        var request = new RangeRequest { Key = range.Start, RangeEnd = range.End, Limit = PageKeys, Serializable = !_options.LinearizableReads };
        var page = await CallAsync(EtcdMethods.Range, request, cancellationToken);
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
            request.Key = After(pairs[^1].Key);
            page = await CallAsync(EtcdMethods.Range, request, cancellationToken);
            bytes += page.CalculateSize();
            if (bytes > _options.MaxReceiveBytes)
            {
                throw new GrpcException(
                    GrpcStatusCode.ResourceExhausted,
                    $"the list of {range.Prefix} has more than {_options.MaxReceiveBytes} bytes: raise {nameof(_options.MaxReceiveBytes)}",
                    ErrorKind.Protocol);
            }

            pairs.AddRange(page.Kvs);
        }

        return new KeyList(revision, pairs);
    }

    /// <summary>The smallest key after this one.</summary>
    private static ByteString After(ByteString key) => ByteString.CopyFrom([.. key.Span, 0]);
}
