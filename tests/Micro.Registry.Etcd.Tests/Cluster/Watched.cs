namespace Micro.Registry.Etcd.Tests.Cluster;

/// <summary>Follows a watch and keeps what its events add up to; each event must fit what came before.</summary>
internal sealed class Watched : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<(string Id, string Version)> _nodes = [];
    private readonly Task _running;

    public Watched(IRegistry registry, string? service)
    {
        Service = service;
        _running = Task.Run(() => FollowAsync(registry, service));
    }

    public string? Service { get; }

    public bool IsSynchronized { get; private set; }

    public int Deletes { get; private set; }

    public string? Misfit { get; private set; }

    public string Ids
    {
        get
        {
            lock (_gate)
            {
                return string.Join(' ', _nodes.Select(node => node.Id).Distinct().Order(StringComparer.Ordinal));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task FollowAsync(IRegistry registry, string? service)
    {
        await foreach (var change in registry.WatchAsync(service, _stop.Token))
        {
            lock (_gate)
            {
                IsSynchronized |= change.Kind == RegistryEventKind.Synchronized;
                foreach (var node in change.Service?.Nodes ?? [])
                {
                    Deletes += change.Kind == RegistryEventKind.Delete ? 1 : 0;
                    var fits = change.Kind switch
                    {
                        RegistryEventKind.Create => _nodes.Add((node.Id, change.Service!.Version)),
                        RegistryEventKind.Delete => _nodes.Remove((node.Id, change.Service!.Version)),
                        _ => _nodes.Contains((node.Id, change.Service!.Version)),
                    };
                    Misfit ??= fits ? null : $"{change.Kind} {node.Id}";
                }
            }
        }
    }
}
