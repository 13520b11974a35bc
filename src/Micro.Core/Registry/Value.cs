using Micro.Basics;

namespace Micro.Registry;

/// <summary>One field of a type tree that describes a request or response. Immutable; equal by content.</summary>
public sealed record Value
{
    private readonly IReadOnlyList<Value> _values = [];

    /// <summary>Field name as it stands in JSON; for the root the type name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Go-style type name: <c>string</c>, <c>int64</c>, <c>[]string</c>, or the name of the message.</summary>
    public string Type { get; init; } = "";

    /// <summary>Fields of the type; trees are cut at depth 3.</summary>
    public IReadOnlyList<Value> Values
    {
        get => _values;
        init => _values = value is null ? [] : [.. value];
    }

    /// <inheritdoc/>
    public bool Equals(Value? other) =>
        other is not null
        && string.Equals(Name, other.Name, StringComparison.Ordinal)
        && string.Equals(Type, other.Type, StringComparison.Ordinal)
        && StructuralComparison.AreEqual(Values, other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Values.Count);
}
