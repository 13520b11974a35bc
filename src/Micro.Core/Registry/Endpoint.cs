using Micro.Basics;

namespace Micro.Registry;

/// <summary>One callable method of a service, as described in the registry. Immutable; equal by content.</summary>
public sealed record Endpoint
{
    private readonly IReadOnlyDictionary<string, string> _metadata = Labels.Empty;

    /// <summary>Name in the form <c>Handler.Method</c>, for example <c>Greeter.Hello</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Type tree of the request, or <see langword="null"/> when not described.</summary>
    public Value? Request { get; init; }

    /// <summary>Type tree of the response, or <see langword="null"/> when not described.</summary>
    public Value? Response { get; init; }

    /// <summary>Facts about the endpoint, for example <c>stream=true</c> or <c>idempotent=true</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get => _metadata;
        init => _metadata = Labels.Copy(value);
    }

    /// <inheritdoc/>
    public bool Equals(Endpoint? other) =>
        other is not null
        && string.Equals(Name, other.Name, StringComparison.Ordinal)
        && Equals(Request, other.Request)
        && Equals(Response, other.Response)
        && StructuralComparison.AreEqual(Metadata, other.Metadata);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Metadata.Count);
}
