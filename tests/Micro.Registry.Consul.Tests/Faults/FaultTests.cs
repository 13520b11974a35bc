using Micro.Registry.Conformance;
using Micro.Registry.Consul.Tests.Agents;
using Micro.Server;
using Micro.Testing;

namespace Micro.Registry.Consul.Tests.Faults;

/// <summary>Helpers of tests that stop, kill and wipe an agent of their own.</summary>
public abstract class FaultTests
{
    protected static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);

    protected static void SkipWithoutConsul() => Skip.If(ConsulBinary.SkipReason is not null, ConsulBinary.SkipReason);

    protected static ServiceRecord RecordOf(string name, params string[] ids) => new()
    {
        Name = name,
        Version = "1",
        Nodes = [.. ids.Select((id, index) => new Node { Id = id, Address = $"127.0.0.1:{8080 + index}", Metadata = new Dictionary<string, string> { ["protocol"] = "mucp" } })],
    };

    protected static Task<Registration> RegisterAsync(IRegistry registry, ServiceRecord record, TimeSpan? ttl = null) =>
        registry.RegisterAsync(record, new RegisterOptions { Ttl = ttl ?? TimeSpan.FromMinutes(5) });

    /// <summary>A real server that registers every second, so that its own loop has to notice what happens.</summary>
    protected static IMicroServer CreateServer(IRegistry registry, string name, string id) => new RpcServer(new ServerOptions
    {
        Name = name,
        Id = id,
        Address = "127.0.0.1:0",
        Registry = registry,
        RegisterTtl = Ttl,
        RegisterInterval = TimeSpan.FromSeconds(1),
        DrainDelay = TimeSpan.Zero,
        DeregisterTimeout = TimeSpan.FromSeconds(2),
    });

    protected static WatchProbe Watch(IRegistry registry, string service) => new(
        registry, service, () => Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None), TimeSpan.FromSeconds(60));

    protected static async Task<IReadOnlyList<string>> IdsAsync(IRegistry registry, string name)
    {
        try
        {
            return [.. (await registry.GetServiceAsync(name)).SelectMany(record => record.Nodes).Select(node => node.Id)];
        }
        catch (Exception exception) when (exception is ServiceNotFoundException or RegistryUnavailableException)
        {
            return [];
        }
    }

    protected static Task UntilSeenAsync(IRegistry registry, string name, params string[] ids) =>
        Eventually.TrueAsync(async () => (await IdsAsync(registry, name)).SequenceEqual(ids), $"{name}: {string.Join(' ', ids)}", 60);

    /// <summary>Follows a watch until the nodes it has told of are these.</summary>
    protected static async Task UntilToldAsync(WatchProbe watch, ISet<string> told, params string[] ids)
    {
        while (!told.SetEquals(ids))
        {
            var change = await watch.NextAsync();
            _ = change.Kind switch
            {
                RegistryEventKind.Delete => told.Remove(change.Id),
                RegistryEventKind.Synchronized => false,
                _ => told.Add(change.Id),
            };
        }
    }
}
