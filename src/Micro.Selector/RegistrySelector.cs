using System.Collections.Concurrent;
using Micro.Registry;
using Micro.Selection.Services;
using Micro.Selection.Strategies;
using Microsoft.Extensions.Logging;

namespace Micro.Selection;

/// <summary>Picks from snapshots that one watch per service keeps in step with the registry.</summary>
internal sealed class RegistrySelector : ISelector, IReportsFreshness, IChecksNodes
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, ServiceEntry> _services = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly SelectorContext _context;
    private readonly UncachedPicks _uncached;
    private readonly CancellationTokenSource _stop = new();
    private int _count;
    private bool _full;
    private bool _disposed;

    public RegistrySelector(SelectorOptions options, ILogger logger, TimeProvider time, AtomicRandom random)
    {
        var metrics = new SelectorMetrics(() => _services.Values);
        _context = new SelectorContext(options.Registry!, options, time, random, logger, metrics);
        _uncached = new UncachedPicks(_context, _stop.Token);
    }

    public string Name => "registry";

    public TimeSpan SnapshotAge => _services.Values.Select(static entry => entry.Age).DefaultIfEmpty().Max();

    public void CheckWith(INodeCheck check) => _context.Checks.Use(check);

    public ValueTask<NodePick> PickAsync(
        string service, SelectOptions options, AttemptedNodes? attempted = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentNullException.ThrowIfNull(options);
        return _services.TryGetValue(service, out var entry) && entry.TryPick(options, attempted, out var pick)
            ? ValueTask.FromResult(pick)
            : LookUpAndPickAsync(service, options, attempted, cancellationToken);
    }

    public async Task RefreshAsync(string service, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        if (FindOrAdd(service) is { } entry)
        {
            await entry.RefreshAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public Endpoint? FindEndpoint(string service, string endpoint) =>
        _services.TryGetValue(service, out var entry) ? entry.FindEndpoint(endpoint) : null;

    public IReadOnlyCollection<string> ListEndpoints(string service) =>
        _services.TryGetValue(service, out var entry) ? entry.ListEndpoints() : [];

    /// <summary>The entry of a service; <see langword="null"/> before its first lookup.</summary>
    internal ServiceEntry? Find(string service) => _services.GetValueOrDefault(service);

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        var work = Task.WhenAll(_services.Values.Select(entry => entry.StopAsync()));
        _services.Clear();
        try
        {
            await work.WaitAsync(StopLimit, _context.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            SelectorLog.SlowStop(_context.Logger, _context.Registry.Name, StopLimit);
        }

        _context.Metrics.Dispose();
        _stop.Dispose();
    }

    private async ValueTask<NodePick> LookUpAndPickAsync(
        string service, SelectOptions options, AttemptedNodes? attempted, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (FindOrAdd(service) is not { } entry)
            {
                return await _uncached.PickAsync(service, options, attempted, cancellationToken).ConfigureAwait(false);
            }

            if (entry.TryPick(options, attempted, out var pick))
            {
                return pick;
            }

            var outcome = await entry.LookupAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (entry.TryPick(options, attempted, out pick))
            {
                return pick;
            }

            // Stopped: the service was forgotten just now, or the selector disposed; the next round notices the latter.
            if (outcome.Result != LookupResult.Stopped)
            {
                throw outcome.ToException(_context.Registry.Name, service);
            }
        }
    }

    /// <summary>The entry of a service; <see langword="null"/> when it is not to be cached.</summary>
    private ServiceEntry? FindOrAdd(string service)
    {
        ServiceRecordRules.ThrowIfInvalidName(service);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_context.Options.CacheTtl == TimeSpan.Zero)
            {
                return null;
            }

            if (_services.TryGetValue(service, out var entry))
            {
                return entry;
            }

            if (_count >= _context.Options.MaxServices)
            {
                NoteFull(service);
                return null;
            }

            entry = new ServiceEntry(service, _context, Forget);
            _services[service] = entry;
            _count++;
            entry.Start();
            return entry;
        }
    }

    private void Forget(ServiceEntry entry)
    {
        lock (_gate)
        {
            if (_services.TryRemove(new KeyValuePair<string, ServiceEntry>(entry.Service, entry)))
            {
                _count--;
                _full = false;
            }
        }
    }

    private void NoteFull(string service)
    {
        if (!_full)
        {
            _full = true;
            SelectorLog.TooManyServices(_context.Logger, _context.Options.MaxServices, service);
        }
    }
}
