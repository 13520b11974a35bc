namespace Micro.Server;

/// <summary>Options of a handler that is added to a server.</summary>
public sealed class HandlerOptions
{
    /// <summary>Name of the handler, the part of the endpoint before the dot; default is the name of its type.</summary>
    public string? Name { get; set; }

    /// <summary>Callable, but not advertised in the registry.</summary>
    public bool Internal { get; set; }

    /// <summary>Gets the interceptors of gRPC stubs, outermost first; the gRPC transport knows their type.</summary>
    internal IList<object> StubInterceptors { get; } = [];

    /// <summary>Metadata by endpoint name (<c>Handler.Method</c>), added to the description in the registry.</summary>
    public IDictionary<string, IReadOnlyDictionary<string, string>> EndpointMetadata { get; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
}
