namespace Micro.Registry.Consul.Http;

/// <summary>An answer with the index at which a watch goes on; 0 when Consul named none.</summary>
internal sealed record ConsulAnswer<T>(T Value, ulong Index);
