using System.Text.Json.Serialization;

namespace Micro.Registry.Consul.Http;

/// <summary>Generated readers and writers of Consul's JSON.</summary>
[JsonSourceGenerationOptions(MaxDepth = 32)]
[JsonSerializable(typeof(ServiceRegistration))]
[JsonSerializable(typeof(List<HealthEntry?>))]
[JsonSerializable(typeof(Dictionary<string, IReadOnlyList<string>?>))]
[JsonSerializable(typeof(AgentInstance))]
[JsonSerializable(typeof(List<Authorization>))]
internal sealed partial class ConsulJsonContext : JsonSerializerContext;
