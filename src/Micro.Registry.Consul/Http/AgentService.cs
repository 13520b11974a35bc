namespace Micro.Registry.Consul.Http;

/// <summary>An instance as its agent knows it.</summary>
internal sealed class AgentService
{
    public string? Address { get; init; }

    public int Port { get; init; }
}
