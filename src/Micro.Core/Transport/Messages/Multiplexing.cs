namespace Micro.Transport.Messages;

/// <summary>Marks nodes of this framework, which support many concurrent calls on a connection.</summary>
internal static class Multiplexing
{
    /// <summary>Key in the metadata of a node; its value is <c>1</c>.</summary>
    public const string MetadataKey = "mucp-mux";

    /// <summary>A larger body uses a separate connection, so that it does not delay other calls.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>Returns whether multiplexing can be requested: the node supports it, or only its address is known.</summary>
    public static bool IsPossible(Node node, bool isAddress) =>
        isAddress || (node.Metadata.TryGetValue(MetadataKey, out var value) && string.Equals(value, "1", StringComparison.Ordinal));
}
