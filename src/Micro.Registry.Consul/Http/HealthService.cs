using System.Text.Json.Serialization;

namespace Micro.Registry.Consul.Http;

/// <summary>The instance of an entry.</summary>
internal sealed class HealthService
{
    [JsonPropertyName("ID")]
    public string? Id { get; init; }

    /// <summary>Gets the name under which it is registered; of a Connect proxy its own, not that of the service behind it.</summary>
    public string? Service { get; init; }

    public IReadOnlyList<string?>? Tags { get; init; }

    public string? Address { get; init; }

    public Dictionary<string, string>? Meta { get; init; }

    public int Port { get; init; }

    public ulong ModifyIndex { get; init; }
}
