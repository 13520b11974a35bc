using System.Diagnostics.CodeAnalysis;
using Micro.Registry;

namespace Micro.Selection.Services;

/// <summary>One looked-up service: its state, and the background work that refreshes it while it is in use.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source ends with the entry's work and has no timer.")]
internal sealed class ServiceEntry
{
    private static readonly TimeSpan ForcedInterval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly SelectorContext _context;
    private readonly ServiceState _state;
    private readonly ServiceReader _reader;
    private readonly Action<ServiceEntry> _forget;
    private volatile bool _used = true;
    private long _usedAt;
    private Task _work = Task.CompletedTask;

    public ServiceEntry(string service, SelectorContext context, Action<ServiceEntry> forget)
    {
        Service = service;
        _context = context;
        _forget = forget;
        _state = new ServiceState(service, context, _stop.Token);
        _reader = new ServiceReader(service, context, _state, _stop.Token);
    }

    public string Service { get; }

    public int NodeCount => _state.Snapshot?.NodeCount ?? 0;

    public int SuspectCount => _state.Snapshot?.SuspectCount ?? 0;

    /// <inheritdoc cref="ServiceState.Version"/>
    public long Version => _state.Version;

    /// <summary>Gets the number of ejected nodes.</summary>
    public int EjectedCount => _state.EjectedCount;

    /// <summary>Gets the time since the registry last confirmed the nodes.</summary>
    public TimeSpan Age => _state.Age;

    /// <summary>Starts the background work; call it once.</summary>
    public void Start()
    {
        var watcher = new ServiceWatcher(_state, _reader, _context);
        _work = BackgroundTask.Run(() => Task.WhenAll(EndQuietlyAsync(watcher.RunAsync), EndQuietlyAsync(MaintainAsync)));
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        await _reader.DrainAsync().ConfigureAwait(false);
    }

    /// <summary>Picks from the snapshot, if there is one with a usable node.</summary>
    public bool TryPick(SelectOptions options, AttemptedNodes? attempted, out NodePick pick)
    {
        if (!_used)
        {
            _used = true;
        }

        if (_state.Snapshot is { } snapshot)
        {
            return snapshot.TryPick(options, attempted, out pick);
        }

        pick = default;
        return false;
    }

    public Endpoint? FindEndpoint(string name) => _state.Snapshot?.FindEndpoint(name);

    public IReadOnlyCollection<string> ListEndpoints() => _state.Snapshot?.Endpoints.Names ?? [];

    /// <summary>Reads the registry, but not more often than the options allow.</summary>
    public Task<LookupOutcome> LookupAsync()
    {
        _used = true;
        return _reader.ReadAsync(NodeCount > 0 ? _context.Options.MinimumRetryInterval : _context.Options.NegativeRetryInterval);
    }

    /// <summary>
    /// Reads again after a call that found no node: soon, because one lost datagram must not fail a call, and shared with
    /// concurrent callers.
    /// </summary>
    public Task<LookupOutcome> RefreshAsync()
    {
        _used = true;
        return _reader.ReadAsync(NodeCount > 0 ? _context.Options.MinimumRetryInterval : ForcedInterval);
    }

    private async Task EndQuietlyAsync(Func<CancellationToken, Task> work)
    {
        try
        {
            await work(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped on request.
        }
        catch (Exception error)
        {
            // The loops catch failures of registries; this is a bug of the selector and must be visible.
            SelectorLog.WorkFailed(_context.Logger, Service, error);
        }
    }

    private async Task MaintainAsync(CancellationToken stop)
    {
        var options = _context.Options;
        var interval = options.MaxStale is { } limit && limit / 4 < options.RefreshAfter ? limit / 4 : options.RefreshAfter;
        _usedAt = _context.Time.GetTimestamp();
        while (true)
        {
            await Task.Delay(interval * (0.9 + (0.1 * _context.Random.NextDouble())), _context.Time, stop).ConfigureAwait(false);
            var used = _used;
            if (used)
            {
                _used = false;
                _usedAt = _context.Time.GetTimestamp();
            }
            else if (_context.Time.GetElapsedTime(_usedAt) >= options.IdleAfter)
            {
                SelectorLog.Forgotten(_context.Logger, Service);
                _forget(this);
                await _stop.CancelAsync().ConfigureAwait(false);
                return;
            }

            if (used && _reader.SinceLastRead >= options.RefreshAfter * 0.85)
            {
                await _reader.ReadAsync(options.MinimumRetryInterval).ConfigureAwait(false);
            }

            NoticeStaleness(options);
        }
    }

    private void NoticeStaleness(SelectorOptions options)
    {
        var age = Age;
        if (age <= options.CacheTtl || NodeCount == 0)
        {
            return;
        }

        if (options.MaxStale is { } limit && age > limit)
        {
            SelectorLog.TooStale(_context.Logger, Service, age);
            _state.Clear();
            return;
        }

        SelectorLog.ServingStale(_context.Logger, Service, NodeCount, age);
    }
}
