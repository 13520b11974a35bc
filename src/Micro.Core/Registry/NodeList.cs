using System.Collections.ObjectModel;

namespace Micro.Registry;

/// <summary>
/// The nodes of a record. Nobody else holds the array, so records share it: a record that differs from another in its
/// description only copies nothing.
/// </summary>
/// <param name="nodes">The nodes; not to be changed any more.</param>
internal sealed class NodeList(Node[] nodes) : ReadOnlyCollection<Node>(nodes)
{
    public static readonly new NodeList Empty = new([]);

    /// <summary>The nodes, to be read only.</summary>
    public Node[] Array { get; } = nodes;

    public static NodeList Of(IReadOnlyList<Node>? nodes) => nodes switch
    {
        null => Empty,
        NodeList list => list,
        _ => new NodeList([.. nodes]),
    };
}
