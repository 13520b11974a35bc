using System.Diagnostics.CodeAnalysis;

namespace Micro.Http;

/// <summary>The address of a request at a node, and whether it is a secure one.</summary>
internal static class NodeUri
{
    private static readonly UriCreationOptions Verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Puts the node in place of scheme, host and port; path and query stay byte by byte.</summary>
    /// <returns>Whether the node has an address that can be connected to.</returns>
    public static bool TryCreate(Uri uri, Node node, [NotNullWhen(true)] out Uri? target)
    {
        target = null;
        return NodeAddress.TryParse(node.Address, out var host, out var port)
            && host.Length > 0
            && port > 0
            && Uri.TryCreate($"{SchemeOf(uri, node)}://{node.Address}{uri.PathAndQuery}", Verbatim, out target);
    }

    public static bool IsSecure(Uri uri) => uri.Scheme is "https" or "wss";

    /// <summary>Never less than what the caller asks for; more when the node says that it serves TLS.</summary>
    private static string SchemeOf(Uri uri, Node node) => uri.Scheme switch
    {
        "http" when SaysSecure(node) => "https",
        "ws" when SaysSecure(node) => "wss",
        var scheme => scheme,
    };

    /// <summary>The labels in use for that: scheme or protocol by name, or Spring's and Steeltoe's <c>secure</c>.</summary>
    private static bool SaysSecure(Node node) =>
        Has(node, "scheme", "https") || Has(node, "protocol", "https") || Has(node, "secure", "true");

    private static bool Has(Node node, string key, string value) =>
        node.Metadata.TryGetValue(key, out var text) && string.Equals(text, value, StringComparison.OrdinalIgnoreCase);
}
