namespace Micro.Registry.Consul.Http;

/// <summary>The machine of an entry.</summary>
internal sealed class HealthNode
{
    public string? Address { get; init; }
}
