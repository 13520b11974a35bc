using Micro.Registry.Consul.Http;
using Micro.Registry.Consul.Records;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Watching;

/// <summary>The running watches, one per service however many read it; each ends with its last reader.</summary>
internal sealed class WatchTable(ConsulApi api, HealthReader reader, WatchPace pace, ILogger logger) : IAsyncDisposable
{
    private const string All = "";
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SharedWatch> _watches = new(StringComparer.Ordinal);
    private readonly BlockingSlots _slots = new();

    public SharedWatch Acquire(string service) => Acquire(service, () => new ServiceWatch(service, api, reader, _slots, pace, logger));

    public SharedWatch AcquireAll() => Acquire(All, () => new CatalogWatch(api, this, _slots, pace, logger));

    public async Task ReleaseAsync(SharedWatch watch)
    {
        lock (_gate)
        {
            if (--watch.Uses > 0)
            {
                return;
            }

            _watches.Remove(watch.Service ?? All);
        }

        await watch.StopAsync().ConfigureAwait(false);
    }

    /// <summary>Stops what still runs; readers release their watches when they notice the disposal.</summary>
    public async ValueTask DisposeAsync()
    {
        SharedWatch[] running;
        lock (_gate)
        {
            running = [.. _watches.Values];
        }

        // The one over all services leaves the others when it ends, so it goes first.
        foreach (var watch in running.OrderBy(watch => watch.Service is null ? 0 : 1))
        {
            await watch.StopAsync().ConfigureAwait(false);
        }
    }

    private SharedWatch Acquire(string key, Func<SharedWatch> create)
    {
        lock (_gate)
        {
            if (!_watches.TryGetValue(key, out var watch))
            {
                watch = create();
                _watches.Add(key, watch);
                watch.Start();
            }

            watch.Uses++;
            return watch;
        }
    }
}
