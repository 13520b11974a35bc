using Micro.Basics;

namespace Micro.Registry;

/// <summary>
/// The record of one version of a service in a registry: name, version, metadata, endpoints and nodes.
/// Immutable; lists and maps given to it are copied, so records are shared freely between threads.
/// </summary>
/// <remarks>Two records are equal when all their content is equal.</remarks>
public sealed record ServiceRecord
{
    private readonly IReadOnlyDictionary<string, string> _metadata = Labels.Empty;
    private readonly IReadOnlyList<Endpoint> _endpoints = [];
    private readonly NodeList _nodes = NodeList.Empty;

    /// <summary>Name of the service, for example <c>greeter</c>; 1 to 255 characters when registered.</summary>
    public required string Name { get; init; }

    /// <summary>Version, free text; may be empty on records of other systems.</summary>
    public string Version { get; init; } = "";

    /// <summary>Metadata of the service; registries of go-micro keep it only where their format has room for it.</summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get => _metadata;
        init => _metadata = Labels.Copy(value);
    }

    /// <summary>The callable methods.</summary>
    public IReadOnlyList<Endpoint> Endpoints
    {
        get => _endpoints;
        init => _endpoints = value is null ? [] : [.. value];
    }

    /// <summary>The running instances of this version.</summary>
    public IReadOnlyList<Node> Nodes
    {
        get => _nodes;
        init => _nodes = NodeList.Of(value);
    }

    internal NodeList NodeList => _nodes;

    /// <inheritdoc/>
    public bool Equals(ServiceRecord? other) =>
        other is not null
        && string.Equals(Name, other.Name, StringComparison.Ordinal)
        && string.Equals(Version, other.Version, StringComparison.Ordinal)
        && StructuralComparison.AreEqual(Metadata, other.Metadata)
        && StructuralComparison.AreEqual(Endpoints, other.Endpoints)
        && StructuralComparison.AreEqual(Nodes, other.Nodes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Version, Endpoints.Count, Nodes.Count);
}
