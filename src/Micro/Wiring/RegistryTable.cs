using Micro.Registry;
using Micro.Registry.Consul;
using Micro.Registry.Etcd;
using Micro.Registry.Mdns;

namespace Micro.Wiring;

/// <summary>The registries known by name. The only place that names them: no scanning, no reflection.</summary>
internal static class RegistryTable
{
    public const string Default = "mdns";

    public static Dictionary<string, Func<RegistryContext, IRegistry>> Make(MicroServiceOptions options)
    {
        var table = new Dictionary<string, Func<RegistryContext, IRegistry>>(StringComparer.OrdinalIgnoreCase)
        {
            ["mdns"] = context => CreateMdns(context, options.MdnsOptions),
            ["consul"] = context => CreateConsul(context, options),
            ["etcd"] = context => CreateEtcd(context, options),
            ["memory"] = context => CreateMemory(context, options.MemoryOptions),
        };
        foreach (var (name, factory) in options.RegistryFactories)
        {
            table[name] = factory;
        }

        return table;
    }

    /// <summary>mDNS has no server: its addresses choose the network interfaces, by address or name.</summary>
    private static IRegistry CreateMdns(RegistryContext context, Action<MdnsRegistryOptions>? configure) =>
        MdnsRegistry.Create(
            options => RegistryResult.Apply(
                context, () => configure?.Invoke(options), () => options.Timeout, timeout => options.Timeout = timeout, options.Interfaces),
            context.LoggerFactory,
            context.TimeProvider);

    private static IRegistry CreateConsul(RegistryContext context, MicroServiceOptions service) =>
        ConsulRegistry.Create(
            options =>
            {
                options.Environment = service.IgnoresEnvironment ? new Dictionary<string, string?>() : service.EnvironmentValues;
                RegistryResult.Apply(
                    context, () => service.ConsulOptions?.Invoke(options), () => options.Timeout, timeout => options.Timeout = timeout, options.Addresses);
            },
            context.LoggerFactory,
            context.TimeProvider);

    private static IRegistry CreateEtcd(RegistryContext context, MicroServiceOptions service) =>
        EtcdRegistry.Create(
            options =>
            {
                options.Environment = service.IgnoresEnvironment ? new Dictionary<string, string?>() : service.EnvironmentValues;
                RegistryResult.Apply(
                    context, () => service.EtcdOptions?.Invoke(options), () => options.Timeout, timeout => options.Timeout = timeout, options.Addresses);
            },
            context.LoggerFactory,
            context.TimeProvider);

    private static IRegistry CreateMemory(RegistryContext context, Action<MemoryRegistryOptions>? configure) =>
        context.Addresses.Count == 0
            ? MemoryRegistry.Create(configure, context.LoggerFactory, context.TimeProvider)
            : throw new MicroConfigurationException([$"registry 'memory' has no address: '{string.Join(',', context.Addresses)}' cannot be used"]);
}
