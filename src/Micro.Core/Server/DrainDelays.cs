using Micro.Registry.Composite;

namespace Micro.Server;

/// <summary>Default drain delays: the time between deregistration and the closing of its port.</summary>
internal static class DrainDelays
{
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(500);

    /// <summary>The delay for registries with late notifications: by a datagram, or by a blocking query of a busy agent.</summary>
    private static readonly TimeSpan SlowRegistry = TimeSpan.FromMilliseconds(1500);

    /// <summary>Returns the default delay of a server.</summary>
    /// <param name="registry">Name of the registry.</param>
    public static TimeSpan Default(string registry) =>
        CompositeContext.Includes(registry, "mdns") || CompositeContext.Includes(registry, "consul") ? SlowRegistry : Usual;
}
