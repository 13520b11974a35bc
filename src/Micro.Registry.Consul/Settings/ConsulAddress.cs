using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Micro.Registry.Consul.Settings;

/// <summary>Reads agent addresses: <c>host</c>, <c>host:port</c>, IPv6 with or without brackets, or a URL without path.</summary>
internal static class ConsulAddress
{
    private const int DefaultPort = 8500;

    public static bool TryParse(string? text, string scheme, [NotNullWhen(true)] out Uri? agent)
    {
        agent = null;
        var rest = text?.Trim() ?? "";
        var end = rest.IndexOf("://", StringComparison.Ordinal);
        if (end >= 0)
        {
            scheme = rest[..end].ToLowerInvariant();
            rest = rest[(end + 3)..].TrimEnd('/');
        }

        if (scheme is not ("http" or "https") || rest.Length == 0 || rest.AsSpan().IndexOfAny("/?#@ ") >= 0)
        {
            return false;
        }

        var bare = rest is ['[', .., ']'] ? rest[1..^1] : rest;
        if (rest.Contains("]:", StringComparison.Ordinal) || !IPAddress.TryParse(bare, out _) || !NodeAddress.TryParse(NodeAddress.Format(bare, DefaultPort), out var host, out var port))
        {
            if (!rest.Contains(':', StringComparison.Ordinal))
            {
                rest = NodeAddress.Format(rest, DefaultPort);
            }

            if (!NodeAddress.TryParse(rest, out host, out port))
            {
                return false;
            }
        }

        return host.Length > 0
            && port > 0
            && Uri.CheckHostName(host) != UriHostNameType.Unknown
            && Uri.TryCreate($"{scheme}://{NodeAddress.Format(host, port)}", UriKind.Absolute, out agent);
    }
}
