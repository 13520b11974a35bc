using Etcdserverpb;
using Grpc.Core;
using Micro.Registry.Etcd.Api;
using Micro.Registry.Etcd.Records;
using Microsoft.Extensions.Logging;
using Mvccpb;

namespace Micro.Registry.Etcd.Watching;

/// <summary>
/// One running watch: lists at a revision and follows from the next one. Anything that breaks it (stream lost, compaction,
/// cancellation, a revision lower than one seen) makes it list again, and the reader gets the difference.
/// </summary>
internal sealed class EtcdWatch
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeniedPause = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly KeyedRecords _records;
    private readonly KeyRange[] _ranges;
    private readonly WatchBuffer _buffer;
    private readonly EtcdApi _api;
    private readonly EtcdRegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly string _name;
    private int _failures;

    public EtcdWatch(
        EtcdApi api, EtcdRegistryOptions options, RecordReader reader, string? service, TimeProvider time, Random random, ILogger logger)
    {
        _api = api;
        _options = options;
        _time = time;
        _random = random;
        _logger = logger;
        _name = string.IsNullOrEmpty(service) ? "*" : service;
        _records = new KeyedRecords(reader, service);
        _ranges = [.. options.ForeignPrefixes.Prepend(options.Prefix).Select(prefix => EtcdKeys.Service(prefix, service))];
        _buffer = new WatchBuffer(service, options.WatchCapacity);
    }

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

                _failures++;
                EtcdRegistry.Log.WatchBroken(_logger, _name, _failures, exception.Message, exception);
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
        using var backstop = new CancellationTokenSource(Jitter.Spread(_options.RelistInterval, _random), _time);
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

        _api.WentBack += ListAgain;
        try
        {
            await FollowAsync(revisions, stop.Token);
        }
        catch (Exception exception) when (backstop.IsCancellationRequested && exception is OperationCanceledException)
        {
            EtcdRegistry.Log.Relisting(_logger, _name);
        }
        finally
        {
            _api.WentBack -= ListAgain;
        }
    }

    private async Task<long[]> ListAsync(CancellationToken cancellationToken)
    {
        var lists = new List<(long Revision, IReadOnlyList<KeyValue> Pairs)>(_ranges.Length);
        foreach (var range in _ranges)
        {
            lists.Add(await _api.ListAsync(range, cancellationToken));
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
        using var stream = await _api.OpenWatchAsync(cancellationToken);
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
                _failures = 0;
                Apply(answer);
            }

            throw EtcdErrors.Create(StatusCode.Unavailable, "the server ended the watch");
        }
        catch (RpcException)
        {
            _api.MoveOn(stream.Member);
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
            _api.ForgetToken();
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
                        EtcdRegistry.Log.WatchOverflow(_logger, _name, _options.WatchCapacity);
                    }
                }
            }
        }
    }

    private async Task PauseAsync(Exception exception, CancellationToken cancellationToken)
    {
        var pause = exception is RpcException error && EtcdErrors.IsDenied(error)
            ? Jitter.Extend(DeniedPause, _random)
            : Jitter.Backoff(FirstPause, LongestPause, _failures, _random);
        try
        {
            await _api.FindMemberAsync(cancellationToken);
            await Task.Delay(pause, _time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The watch ends; the loop sees it.
        }
    }
}
