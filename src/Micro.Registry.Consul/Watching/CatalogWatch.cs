using Micro.Registry.Consul.Http;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Watching;

/// <summary>The watch of all services, run only when somebody asks for it: follows the names, and each service by its own watch.</summary>
internal sealed class CatalogWatch(ConsulApi api, SharedWatches watches, BlockingSlots slots, WatchPace pace, ILogger logger) : SharedWatch
{
    private readonly Dictionary<string, SharedWatch> _services = new(StringComparer.Ordinal);

    public override string? Service => null;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var loop = new WatchLoop<IReadOnlyList<string>>(
            "all services",
            (index, token) => api.CatalogAsync(ReadMode.Watch, index, token),
            PublishAsync,
            Hub.Fail,
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
                service.Hub.Follow(Hub.Publish);
            }
        }

        foreach (var name in _services.Keys.Except(names, StringComparer.Ordinal).ToArray())
        {
            _services.Remove(name, out var service);
            await LeaveAsync(service!).ConfigureAwait(false);
            Hub.Drop(name);
        }

        // Complete once every service was read, or turned out to be unreadable for now.
        foreach (var service in _services.Values)
        {
            await service.Hub.Ready.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        Hub.Settle();
    }

    private async Task LeaveAsync(SharedWatch service)
    {
        service.Hub.Unfollow(Hub.Publish);
        await watches.ReleaseAsync(service).ConfigureAwait(false);
    }
}
