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
/// One running watch: lists at a revision and follows from the next one. Anything that breaks it (stream lost, compaction,
/// cancellation, a revision lower than one seen) makes it list again, and the reader gets the difference.
/// </summary>
internal sealed class EtcdWatch(
    EtcdApi api, EtcdRegistryOptions options, RecordReader reader, string? service, TimeProvider time, Random random, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeniedPause = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly KeyedRecords _records = new(reader, service);
    private readonly KeyRange[] _ranges = [.. options.ForeignPrefixes.Prepend(options.Prefix).Select(prefix => EtcdKeys.Service(prefix, service))];
    private readonly WatchBuffer _buffer = new(service, options.WatchCapacity);
    private readonly string _name = string.IsNullOrEmpty(service) ? "*" : service;
    private readonly FailureRow _failures = new($"The watch of {(string.IsNullOrEmpty(service) ? "*" : service)} in etcd", time, logger);

    /// <summary>Gets the task of the first list; it faults when the list fails.</summary>
    public Task Listed => _listed.Task;

    public IAsyncEnumerable<RegistryEvent> ReadAllAsync(CancellationToken cancellationToken) =>
        _buffer.ReadAllAsync(_ => ValueTask.FromResult(Snapshot()), cancellationToken);

    /// <summary>Runs until cancelled or until the first list fails; never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListAndFollowAsync(cancellationToken);
            }
            catch (Exception exception)
            {
                if (cancellationToken.IsCancellationRequested || _listed.TrySetException(exception))
                {
                    break;
                }

                await PauseAsync(exception, cancellationToken);
            }
        }

        _listed.TrySetCanceled(CancellationToken.None);
        _buffer.Complete();
    }

    private RecordSet Snapshot()
    {
        lock (_gate)
        {
            // Nothing is applied while the lock is held, so these records contain everything that waits in the buffer.
            _buffer.DiscardPending();
            return _records.ToSet();
        }
    }

    private async Task ListAndFollowAsync(CancellationToken cancellationToken)
    {
        var revisions = await ListAsync(cancellationToken);
        if (!_listed.TrySetResult())
        {
            _buffer.Resynchronize();
        }

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
            await FollowAsync(revisions, stop.Token);
        }
        catch (Exception exception) when (backstop.IsCancellationRequested && exception is OperationCanceledException)
        {
            EtcdRegistry.Log.Relisting(logger, _name);
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
            lists.Add(await api.ListAsync(range, cancellationToken));
        }

        lock (_gate)
        {
            _records.Clear();
            foreach (var pair in lists.SelectMany(list => list.Pairs))
            {
                _records.Add(pair);
            }
        }

        return [.. lists.Select(list => list.Revision)];
    }

    private async Task FollowAsync(long[] revisions, CancellationToken cancellationToken)
    {
        using var stream = await api.OpenWatchAsync(cancellationToken);
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
                await stream.WriteAsync(new WatchRequest { CreateRequest = create }, cancellationToken);
            }

            while (await stream.ReadAsync(cancellationToken) is { } answer)
            {
                ThrowIfEnded(answer, revisions);
                revisions[answer.WatchId - 1] = answer.Header.Revision;
                if (_failures.End(out var failures, out var outage))
                {
                    EtcdRegistry.Log.WatchRestored(logger, _name, failures, outage);
                }

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
        lock (_gate)
        {
            foreach (var change in answer.Events)
            {
                if (_records.Apply(change) is not { } events)
                {
                    _buffer.Resynchronize();
                    continue;
                }

                foreach (var registryEvent in events)
                {
                    if (!_buffer.Write(registryEvent))
                    {
                        EtcdRegistry.Log.WatchOverflow(logger, _name, options.WatchCapacity);
                    }
                }
            }
        }
    }

    private async Task PauseAsync(Exception exception, CancellationToken cancellationToken)
    {
        var isNews = _failures.Add(exception);
        var failures = _failures.Count;
        var pause = exception is RpcException error && EtcdErrors.IsDenied(error)
            ? Jitter.Extend(DeniedPause, random)
            : Jitter.Backoff(FirstPause, LongestPause, failures, random);
        if (isNews)
        {
            EtcdRegistry.Log.WatchBroken(logger, _name, failures, pause, FailureRow.TextOf(exception), EtcdErrors.KindOf(exception));
        }

        try
        {
            await api.FindMemberAsync(cancellationToken);
            await Task.Delay(pause, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The watch ends; the loop sees it.
        }
    }
}
