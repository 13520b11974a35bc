namespace Micro.Http;

/// <summary>Settings that one call of <c>services.AddMicroDiscovery(…)</c> gave.</summary>
internal sealed record DiscoveryConfiguration(Action<MicroServiceOptions> Configure);
