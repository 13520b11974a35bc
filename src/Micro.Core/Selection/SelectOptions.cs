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

        if (other is null || !ReferenceEquals(Strategy, other.Strategy) || _filters.Count != other._filters.Count)
        {
            return false;
        }

        // By index: an enumerator would be an allocation per pick.
        for (var index = 0; index < _filters.Count; index++)
        {
            if (!_filters[index].Equals(other._filters[index]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Strategy);
        for (var index = 0; index < _filters.Count; index++)
        {
            hash.Add(_filters[index]);
        }

        return hash.ToHashCode();
    }
}
