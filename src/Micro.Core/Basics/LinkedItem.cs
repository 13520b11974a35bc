namespace Micro.Basics;

/// <summary>An item of a <see cref="LinkedItems{T}"/>, one list at a time.</summary>
internal abstract class LinkedItem<T>
    where T : LinkedItem<T>
{
    /// <summary>Gets or sets the neighbour before this item; written by the list alone.</summary>
    public T? Previous { get; set; }

    /// <summary>Gets or sets the neighbour behind this item; written by the list alone.</summary>
    public T? Next { get; set; }
}
