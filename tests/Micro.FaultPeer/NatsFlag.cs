using Micro.Registry.Nats;

namespace Micro.FaultPeer;

/// <summary>Makes <c>--registry=nats</c> known, which the main package does not know.</summary>
internal static class NatsFlag
{
    public static MicroServiceOptions AddNats(this MicroServiceOptions options) =>
        options.AddRegistry("nats", static context => NatsRegistry.Create(context.Addresses, context.LoggerFactory, context.TimeProvider));
}
