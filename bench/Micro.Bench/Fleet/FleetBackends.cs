using Micro.Registry;

namespace Micro.Bench.Fleet;

/// <summary>The registries a fleet can be registered in.</summary>
internal static class FleetBackends
{
    public const string Default = "memory,consul,etcd";

    // mDNS is excluded: its nodes are on one network segment, it accepts at most 1,024 per service and 256 from one address,
    // and each is announced by multicast. It refuses a fleet of this size in one process by design.
    private const string NoMdns =
        "mdns is not measured: it accepts at most 256 nodes from one address, so one machine cannot register a fleet";

    /// <summary>Creates a factory of registries, as separate processes would use.</summary>
    /// <param name="name">Name of the registry.</param>
    /// <param name="addresses">Addresses of its servers; empty for its default.</param>
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
                throw new ArgumentException($"unknown registry '{name}': use {Default.Replace(",", ", ")}", nameof(name));
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
