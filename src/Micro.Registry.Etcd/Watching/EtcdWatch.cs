using Micro.Registry.Etcd.Api;
using Micro.Registry.Etcd.Records;
using Micro.Transport.Grpc;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Etcd.Watching;

/// <summary>
/// One running watch: lists at a revision and follows from the next one. Whatever breaks it (stream lost, compacted,
/// cancelled, a revision lower than one seen) makes it list again, and the reader gets the difference.
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

    /// <summary>Ends with the first list; faults when it cannot be had.</summary>
    public Task Listed => _listed.Task;

    public IAsyncEnumerable<RegistryEvent> ReadAllAsync(CancellationToken cancellationToken) =>
        _buffer.ReadAllAsync(_ => ValueTask.FromResult(Snapshot()), cancellationToken);

    /// <summary>Works until cancelled or until the first list fails; never throws.</summary>
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
            // Nothing is applied while the lock is held, so what waits in the buffer is in these records already.
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

        // The backstop: what was lost unnoticed comes back with the next list. A cluster that went back means the same at once.
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
                // It lists again already.
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
        var lists = new List<KeyList>(_ranges.Length);
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
        await using var open = await _api.OpenStreamAsync(EtcdMethods.Watch, cancellationToken);
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
                await open.Stream.WriteAsync(new WatchRequest { CreateRequest = create }, cancellationToken);
            }

            while (await open.Stream.ReadAsync(cancellationToken) is { } answer)
            {
                ThrowIfEnded(answer, revisions);
                revisions[answer.WatchId - 1] = answer.Header.Revision;
                _failures = 0;
                Apply(answer);
            }

            throw new GrpcException(GrpcStatusCode.Unavailable, "the watch was ended by the server");
        }
        catch (GrpcException)
        {
            _api.MoveOn(open.Member);
            throw;
        }
    }

    /// <summary>Each range is a watch of its own, and only within one the revisions never fall.</summary>
    private void ThrowIfEnded(WatchResponse answer, long[] seen)
    {
        if (answer.CompactRevision != 0)
        {
            throw new GrpcException(GrpcStatusCode.OutOfRange, $"the changes up to revision {answer.CompactRevision} were compacted");
        }

        if (answer.Canceled)
        {
            // etcd cancels for a token it no longer knows as for missing rights; the next list tells which it was.
            _api.ForgetToken();
            throw new GrpcException(GrpcStatusCode.Aborted, $"the watch was cancelled: {answer.CancelReason}");
        }

        if (answer.WatchId < 1 || answer.WatchId > seen.Length || answer.Header is null)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"an answer is for watch {answer.WatchId}, which was not asked for", ErrorKind.Protocol);
        }

        var last = seen[answer.WatchId - 1];
        if (answer.Header.Revision < last)
        {
            throw new GrpcException(GrpcStatusCode.OutOfRange, $"etcd went back from revision {last} to {answer.Header.Revision}");
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
        var pause = FirstPause * Math.Pow(1.6, Math.Clamp(_failures - 1, 0, 20));
        pause = exception is GrpcException error && EtcdErrors.IsDenied(error)
            ? Jitter.Extend(DeniedPause, _random)
            : Jitter.Spread(pause < LongestPause ? pause : LongestPause, _random);
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
