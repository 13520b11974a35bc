namespace Micro.Transport;

/// <summary>Marks nodes of this framework whose port speaks only TLS.</summary>
internal static class NodeTls
{
    /// <summary>Key in the metadata of a node; its value is <c>1</c>.</summary>
    public const string MetadataKey = "tls";

    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>: the node requires TLS and the client has none.</exception>
    public static void ThrowIfMissing(Node node, bool usesTls)
    {
        if (!usesTls && node.Metadata.TryGetValue(MetadataKey, out var value) && string.Equals(value, "1", StringComparison.Ordinal))
        {
            throw new MicroException(
                503,
                "go.micro.client.transport",
                $"connection error: {node.Address}: the node requires TLS: set the client's TLS options (--client_tls)",
                ErrorKind.Connect);
        }
    }
}
