using Etcdserverpb;
using Grpc.Core;
using Micro.Basics;
using Micro.Registry.Etcd.Api;
using Micro.Registry.Etcd.Records;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;
using Mvccpb;

namespace Micro.Registry.Etcd.Watching;

/// <summary>
/// Follows keys: lists at a revision and watches from the next one. Ends with an exception by anything that breaks it: a lost stream,
/// a compaction, a cancelled watch, a revision lower than one seen.
/// </summary>
internal sealed class EtcdWatch(
    EtcdApi api, EtcdRegistryOptions options, RecordReader reader, string? service, RegistryView view, TimeProvider time, Random random, ILogger logger)
{
    private readonly KeyedRecords _records = new(reader, service);
    private readonly KeyRange[] _ranges = [.. options.ForeignPrefixes.Prepend(options.Prefix).Select(prefix => EtcdKeys.Service(prefix, service))];

    /// <summary>Runs until it is cancelled or breaks.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await ListAndFollowAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ListAndFollowAsync(CancellationToken cancellationToken)
    {
        var revisions = await ListAsync(cancellationToken).ConfigureAwait(false);
        view.Publish(_records.ToSet());

        // The backstop: a change lost unnoticed comes back with the next list. A cluster that went back triggers it at once.
        using var backstop = new CancellationTokenSource(Jitter.Spread(options.RelistInterval, random), time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, backstop.Token);
        void ListAgain(object? sender, EventArgs arguments)
        {
            try
            {
                _ = backstop.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // The watch lists again already.
            }
        }

        api.WentBack += ListAgain;
        try
        {
            await FollowAsync(revisions, stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (backstop.IsCancellationRequested && exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            EtcdBackend.Log.Relisting(logger, service ?? "all services");
        }
        finally
        {
            api.WentBack -= ListAgain;
        }
    }

    private async Task<long[]> ListAsync(CancellationToken cancellationToken)
    {
        var lists = new List<(long Revision, IReadOnlyList<KeyValue> Pairs)>(_ranges.Length);
        foreach (var range in _ranges)
        {
            lists.Add(await api.ListAsync(range, cancellationToken).ConfigureAwait(false));
        }

        _records.Clear();
        foreach (var pair in lists.SelectMany(list => list.Pairs))
        {
            _records.Add(pair);
        }

        return [.. lists.Select(list => list.Revision)];
    }

    private async Task FollowAsync(long[] revisions, CancellationToken cancellationToken)
    {
        using var stream = await api.OpenWatchAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (var index = 0; index < _ranges.Length; index++)
            {
                var create = new WatchCreateRequest
                {
                    Key = _ranges[index].Start,
                    RangeEnd = _ranges[index].End,
                    StartRevision = revisions[index] + 1,
                    PrevKv = true,
                    WatchId = index + 1,
                    Fragment = true, // or a burst may exceed the largest message
                };
                await stream.WriteAsync(new WatchRequest { CreateRequest = create }, cancellationToken).ConfigureAwait(false);
            }

            while (await stream.ReadAsync(cancellationToken).ConfigureAwait(false) is { } answer)
            {
                ThrowIfEnded(answer, revisions);
                revisions[answer.WatchId - 1] = answer.Header.Revision;
                view.Confirm();
                Apply(answer);
            }

            throw EtcdErrors.Create(StatusCode.Unavailable, "the server ended the watch");
        }
        catch (RpcException)
        {
            api.MoveOn(stream.Member);
            throw;
        }
    }

    /// <summary>Checks the revision per range: each is a watch of its own, and only within one the revisions never fall.</summary>
    private void ThrowIfEnded(WatchResponse answer, long[] seen)
    {
        if (answer.CompactRevision != 0)
        {
            throw EtcdErrors.Create(StatusCode.OutOfRange, $"the changes up to revision {answer.CompactRevision} were compacted");
        }

        if (answer.Canceled)
        {
            // etcd cancels for an unknown token as for missing rights; the next list shows which it was.
            api.ForgetToken();
            throw EtcdErrors.Create(StatusCode.Aborted, $"the watch was cancelled: {answer.CancelReason}");
        }

        if (answer.WatchId < 1 || answer.WatchId > seen.Length || answer.Header is null)
        {
            throw EtcdErrors.Create(StatusCode.Internal, $"an answer is for watch {answer.WatchId}, which was not requested");
        }

        var last = seen[answer.WatchId - 1];
        if (answer.Header.Revision < last)
        {
            throw EtcdErrors.Create(StatusCode.OutOfRange, $"etcd went back from revision {last} to {answer.Header.Revision}");
        }
    }

    private void Apply(WatchResponse answer)
    {
        foreach (var change in answer.Events)
        {
            if (_records.Apply(change) is not { } events)
            {
                view.Publish(_records.ToSet());
                continue;
            }

            foreach (var registryEvent in events)
            {
                view.Hub.Apply(registryEvent);
            }
        }
    }
}
