using Micro.Registry.Nats;

namespace Micro.FaultPeer;

/// <summary>Adds <c>--registry=nats</c>, which is not in the main package.</summary>
internal static class NatsFlag
{
    public static MicroServiceOptions AddNats(this MicroServiceOptions options) =>
        options.AddRegistry("nats", static context => NatsRegistry.Create(context.Addresses, context.LoggerFactory, context.TimeProvider));
}
