namespace Micro.Transport.Messages;

/// <summary>How nodes of ours say that a connection to them takes many calls at a time.</summary>
internal static class Multiplexing
{
    /// <summary>Key in the metadata of a node; its value is <c>1</c>.</summary>
    public const string MetadataKey = "mucp-mux";

    /// <summary>A larger body goes on a connection of its own, so that it delays nobody.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>Whether the node can be asked: it says so, or nothing is known of it but its address.</summary>
    public static bool IsPossible(Node node, bool isAddress) =>
        isAddress || (node.Metadata.TryGetValue(MetadataKey, out var value) && string.Equals(value, "1", StringComparison.Ordinal));
}
