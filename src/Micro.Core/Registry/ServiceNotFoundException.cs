namespace Micro.Registry;

/// <summary>The registry answered that no live node of the service is known.</summary>
/// <param name="registry">Name of the registry.</param>
/// <param name="service">Name of the service that was looked for.</param>
/// <param name="advice">The registry that was asked, the services registered there and advice; empty for nothing.</param>
public sealed class ServiceNotFoundException(string registry, string service, string advice = "")
    : RegistryException(404, registry, $"service {service}: not found{advice}", ErrorKind.NotFound, null)
{
    /// <summary>Name of the service that was looked for.</summary>
    public string Service { get; } = service;

    /// <summary>Gets where it was looked for, what is registered there instead and what to try; empty for nothing.</summary>
    public string Advice { get; } = advice;
}
