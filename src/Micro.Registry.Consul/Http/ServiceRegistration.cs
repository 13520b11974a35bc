using System.Text.Json.Serialization;

namespace Micro.Registry.Consul.Http;

/// <summary>Body of a registration; members in go-micro's order, absent ones left out where Go leaves them out.</summary>
internal sealed class ServiceRegistration
{
    [JsonPropertyName("ID")]
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public int Port { get; init; }

    public required string Address { get; init; }

    public IReadOnlyDictionary<string, string>? Meta { get; init; }

    public CheckDefinition? Check { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConnectDefinition? Connect { get; init; }

    public IReadOnlyList<CheckDefinition>? Checks { get; init; }
}
