using Micro.Registry.Consul.Http;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Watching;

/// <summary>
/// Follows all services: the catalogue gives their names, and each service is followed by its own watch, which it shares with the
/// readers of that service.
/// </summary>
internal sealed class CatalogFollower(ConsulApi api, SharedWatches watches, RegistryView view, BlockingSlots slots, WatchPace pace, ILogger logger)
{
    private readonly Dictionary<string, SharedWatch> _services = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var loop = new WatchLoop<IReadOnlyList<string>>(
            "all services",
            (index, token) => api.CatalogAsync(ReadMode.Watch, index, token),
            PublishAsync,
            view.Fail,
            slots,
            pace,
            logger);
        await loop.RunAsync(cancellationToken).ConfigureAwait(false);
        foreach (var service in _services.Values)
        {
            await LeaveAsync(service).ConfigureAwait(false);
        }
    }

    private async Task PublishAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            if (!_services.ContainsKey(name))
            {
                var service = watches.Acquire(name);
                _services.Add(name, service);
                service.Hub.Follow(view.Hub.Publish);
            }
        }

        foreach (var name in _services.Keys.Except(names, StringComparer.Ordinal).ToArray())
        {
            _services.Remove(name, out var service);
            await LeaveAsync(service!).ConfigureAwait(false);
            view.Hub.Publish(name, RecordSet.Empty);
        }

        // Complete once every service was read, or turned out to be unreadable for now.
        foreach (var service in _services.Values)
        {
            await service.Hub.Ready.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        view.Hub.Settle();
    }

    private async Task LeaveAsync(SharedWatch service)
    {
        service.Hub.Unfollow(view.Hub.Publish);
        await watches.ReleaseAsync(service).ConfigureAwait(false);
    }
}
