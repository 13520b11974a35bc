using Micro.Registry;

namespace Micro.Bench.Fleet;

/// <summary>The registries a fleet can be registered in.</summary>
internal static class FleetBackends
{
    public const string Default = "memory,consul,etcd";

    // mDNS is left out on purpose: its nodes live on one network segment, it takes at most 1,024 per service and 256 from
    // one address, and each would be announced by multicast. A fleet of this size in one process is refused by design.
    private const string NoMdns =
        "mdns is not measured: it takes 256 nodes from one address at most, by design, so no fleet can be registered from one machine";

    /// <summary>Makes what opens registries as separate processes would have them.</summary>
    /// <param name="name">Name of the registry.</param>
    /// <param name="addresses">Where its servers are; empty for its default.</param>
    /// <exception cref="ArgumentException">The name is not known.</exception>
    public static Func<IRegistry> Open(string name, IReadOnlyList<string> addresses)
    {
        switch (name)
        {
            case "memory":
                // One store for all: there is no other process.
                var memory = new Lazy<IRegistry>(() => MemoryRegistry.Create());
                return () => memory.Value;
            case "consul":
                return () => Registry.Consul.ConsulRegistry.Create(options => Add(options.Addresses, addresses));
            case "etcd":
                return () => Registry.Etcd.EtcdRegistry.Create(options => Add(options.Addresses, addresses));
            case "mdns":
                throw new ArgumentException(NoMdns, nameof(name));
            default:
                throw new ArgumentException($"registry '{name}' is not known: {Default.Replace(",", ", ")}", nameof(name));
        }
    }

    private static void Add(ICollection<string> target, IReadOnlyList<string> addresses)
    {
        foreach (var address in addresses)
        {
            target.Add(address);
        }
    }
}
