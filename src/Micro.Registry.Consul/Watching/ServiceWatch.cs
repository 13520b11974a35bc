using Micro.Registry.Consul.Http;
using Micro.Registry.Consul.Records;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Watching;

/// <summary>The watch of one service, keyed by the name asked for: an empty answer does not say whose it is.</summary>
internal sealed class ServiceWatch(string service, ConsulApi api, HealthReader reader, BlockingSlots slots, WatchPace pace, ILogger logger) : SharedWatch
{
    public override string? Service => service;

    protected override Task RunAsync(CancellationToken cancellationToken)
    {
        var loop = new WatchLoop<List<HealthEntry?>>(
            service,
            (index, token) => api.HealthAsync(service, ReadMode.Watch, index, token),
            PublishAsync,
            Hub.Fail,
            slots,
            pace,
            logger);
        return loop.RunAsync(cancellationToken);
    }

    private Task PublishAsync(List<HealthEntry?> entries, CancellationToken cancellationToken)
    {
        Hub.Publish(service, reader.Read(service, entries));
        Hub.Settle();
        return Task.CompletedTask;
    }
}
