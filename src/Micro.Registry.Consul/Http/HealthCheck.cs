using System.Text.Json.Serialization;

namespace Micro.Registry.Consul.Http;

/// <summary>The state of one check of an entry.</summary>
internal sealed class HealthCheck
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; init; }
}
