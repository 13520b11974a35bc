namespace Micro.Selection;

/// <summary>A picked node, with the way to report how the attempt at it ended.</summary>
public readonly struct NodePick : IEquatable<NodePick>
{
    private readonly INodePicker? _picker;

    /// <summary>Creates a pick.</summary>
    /// <param name="node">The node.</param>
    /// <param name="picker">The picker to which the outcome is reported, or <see langword="null"/>.</param>
    public NodePick(Node node, INodePicker? picker = null)
    {
        Node = node;
        _picker = picker;
    }

    /// <summary>The node to call.</summary>
    public Node Node { get; }

    /// <summary>
    /// Gets whether this request probes an ejected node. A probe opens a new connection, because older ones may have died with
    /// the node.
    /// </summary>
    internal bool IsProbe { get; init; }

    /// <summary>Gets the silence after which <see cref="CheckAsync"/> is due; infinite without a picker that checks nodes.</summary>
    internal TimeSpan Patience => _picker is ISilentNodeCheck picker ? picker.Patience : Timeout.InfiniteTimeSpan;

    /// <summary>Checks the node while an attempt gets no reply; see <see cref="ISilentNodeCheck"/>.</summary>
    internal Task<bool> CheckAsync() => _picker is ISilentNodeCheck picker ? picker.CheckAsync() : Task.FromResult(true);

    /// <summary>Reports the outcome of the attempt; call it once per pick.</summary>
    /// <param name="outcome">The outcome of the attempt.</param>
    public void Complete(in AttemptOutcome outcome) => _picker?.Complete(Node, in outcome);

    /// <inheritdoc/>
    public bool Equals(NodePick other) => ReferenceEquals(Node, other.Node) && ReferenceEquals(_picker, other._picker);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NodePick other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Node?.GetHashCode() ?? 0;

    /// <summary>Returns <see langword="true"/> if both picks are the same.</summary>
    /// <param name="left">One pick.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(NodePick left, NodePick right) => left.Equals(right);

    /// <summary>Returns <see langword="true"/> if the picks differ.</summary>
    /// <param name="left">One pick.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(NodePick left, NodePick right) => !left.Equals(right);
}
