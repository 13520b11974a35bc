using Micro.Basics;
using Micro.Server;
using Micro.Server.Registrations;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Registry.Etcd.Tests.Cluster;

/// <summary>Nodes of one service, each kept registered by the loop that servers use; TTL 3 s, interval 1 s.</summary>
internal sealed class Fleet(IRegistry registry, string service, int count, int ttl = 3) : IAsyncDisposable
{
    private readonly List<RegistrationLoop> _loops = [];

    public IReadOnlyList<string> Ids { get; } = [.. Enumerable.Range(0, count).Select(index => $"{service}-{index:D3}")];

    public IReadOnlyList<ServerState> States => [.. _loops.Select(loop => loop.State)];

    public async Task StartAsync()
    {
        for (var index = 0; index < Ids.Count; index++)
        {
            var record = Some.Record(service, Ids[index], 1000 + index);
            var options = new ServerOptions
            {
                Name = service,
                Id = index.ToString("D3"),
                RegisterTtl = TimeSpan.FromSeconds(ttl),
                RegisterInterval = TimeSpan.FromSeconds(1),
            };
            _loops.Add(new RegistrationLoop(registry, () => record, options, NullLogger.Instance, TimeProvider.System, new SharedRandom()));
        }

        await Task.WhenAll(_loops.Select(loop => loop.StartAsync(CancellationToken.None)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops)
        {
            await loop.DisposeAsync();
        }
    }
}
