namespace Micro.Registry.Consul.Http;

/// <summary>One entry of a health answer.</summary>
internal sealed class HealthEntry
{
    public HealthNode? Node { get; init; }

    public HealthService? Service { get; init; }

    public IReadOnlyList<HealthCheck?>? Checks { get; init; }
}
