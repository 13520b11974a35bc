namespace Micro.Selection;

/// <summary>The service has nodes, but none is left after filtering.</summary>
/// <param name="service">Name of the service.</param>
public sealed class NoneAvailableException(string service)
    : MicroException(503, "go.micro.client", $"error selecting {service} node: none available", ErrorKind.NoNode)
{
    /// <summary>Name of the service.</summary>
    public string Service { get; } = service;
}
