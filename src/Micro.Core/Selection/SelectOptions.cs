namespace Micro.Selection;

/// <summary>Filters and strategy of a pick. Immutable; keep an instance and use it again for many calls.</summary>
public sealed record SelectOptions
{
    private readonly IReadOnlyList<ISelectorFilter> _filters = [];

    /// <summary>No filters, and the selector's own strategy.</summary>
    public static SelectOptions Default { get; } = new();

    /// <summary>Filters, applied in order.</summary>
    public IReadOnlyList<ISelectorFilter> Filters
    {
        get => _filters;
        init => _filters = value is null ? [] : [.. value];
    }

    /// <summary>Strategy in place of the selector's own, or <see langword="null"/>.</summary>
    public ISelectorStrategy? Strategy { get; init; }

    /// <inheritdoc/>
    public bool Equals(SelectOptions? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        return other is not null && ReferenceEquals(Strategy, other.Strategy) && _filters.SequenceEqual(other._filters);
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Strategy);
        foreach (var filter in _filters)
        {
            hash.Add(filter);
        }

        return hash.ToHashCode();
    }
}
