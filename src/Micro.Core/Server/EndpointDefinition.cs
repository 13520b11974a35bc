namespace Micro.Server;

/// <summary>
/// The definition of an endpoint for interceptors: its name, its metadata and the attributes of its handler. Immutable; all
/// calls of the endpoint share one object.
/// </summary>
public sealed class EndpointDefinition
{
    internal EndpointDefinition(string name, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<Attribute> attributes)
    {
        Name = name;
        Metadata = metadata;
        Attributes = attributes;
    }

    /// <summary>Gets the name, <c>Handler.Method</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the metadata that the registry shows, for example <c>idempotent=true</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>
    /// Gets the attributes of the handler's class and then those of its method. With a contract interface, those of the
    /// interface and its method come first.
    /// </summary>
    public IReadOnlyList<Attribute> Attributes { get; }

    /// <summary>Gets the definition of a call whose endpoint is not known.</summary>
    internal static EndpointDefinition None { get; } = new("", new Dictionary<string, string>(StringComparer.Ordinal), []);
}
