namespace Micro.Registry;

/// <summary>The registry answered that no live node of the service is known.</summary>
/// <param name="registry">Name of the registry.</param>
/// <param name="service">Name of the service that was looked for.</param>
public sealed class ServiceNotFoundException(string registry, string service)
    : RegistryException(404, registry, $"service {service}: not found", ErrorKind.NotFound, null)
{
    /// <summary>Name of the service that was looked for.</summary>
    public string Service { get; } = service;
}
