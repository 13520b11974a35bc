using System.Text.Json.Serialization;

namespace Micro.Registry.Consul.Http;

/// <summary>The instance of an entry.</summary>
internal sealed class HealthService
{
    [JsonPropertyName("ID")]
    public string? Id { get; init; }

    public IReadOnlyList<string?>? Tags { get; init; }

    public string? Address { get; init; }

    public Dictionary<string, string>? Meta { get; init; }

    public int Port { get; init; }

    public ulong ModifyIndex { get; init; }
}
