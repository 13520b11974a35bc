namespace Micro.Registry.Consul.Http;

/// <summary>Connect settings of a registration.</summary>
internal sealed class ConnectDefinition
{
    public bool Native { get; init; }
}
