using Micro.Basics;

namespace Micro;

/// <summary>One running instance of a service. Immutable; equal when all its content is equal.</summary>
public sealed record Node
{
    private readonly IReadOnlyDictionary<string, string> _metadata = Labels.Empty;

    /// <summary>Unique id of the instance, by default <c>&lt;service&gt;-&lt;guid&gt;</c>; 1 to 255 characters when registered.</summary>
    public required string Id { get; init; }

    /// <summary>The address on which the node listens: <c>host:port</c>, IPv6 hosts in brackets.</summary>
    public required string Address { get; init; }

    /// <summary>
    /// Labels of the instance. Servers add <c>protocol</c>, <c>transport</c>, <c>server</c>, <c>broker</c> and <c>registry</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get => _metadata;
        init => _metadata = Labels.Copy(value);
    }

    /// <inheritdoc/>
    public bool Equals(Node? other) =>
        other is not null
        && string.Equals(Id, other.Id, StringComparison.Ordinal)
        && string.Equals(Address, other.Address, StringComparison.Ordinal)
        && StructuralComparison.AreEqual(Metadata, other.Metadata);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Address);
}
