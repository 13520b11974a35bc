using Micro.Registry.Kit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Registry.Etcd.Tests;

/// <summary>What several tests make.</summary>
internal static class Some
{
    public static SkipLog NewSkipLog() => EtcdBackend.SkipsTo(NullLogger.Instance, TimeProvider.System);

    public static string NewName() => "t-" + Guid.NewGuid().ToString("N")[..12];

    public static ServiceRecord Record(string name, string id, int port = 8080) => new()
    {
        Name = name,
        Version = "1",
        Nodes = [new Node { Id = id, Address = $"127.0.0.1:{port}", Metadata = new Dictionary<string, string> { ["protocol"] = "mucp" } }],
    };

    public static RegisterOptions Ttl(int seconds) => new() { Ttl = TimeSpan.FromSeconds(seconds) };

    /// <summary>The ids of a service as a registry sees them; empty when it does not.</summary>
    public static async Task<IReadOnlyList<string>> IdsAsync(IRegistry registry, string name)
    {
        try
        {
            return [.. (await registry.GetServiceAsync(name)).SelectMany(record => record.Nodes).Select(node => node.Id)];
        }
        catch (RegistryException)
        {
            return [];
        }
    }
}
