using System.Diagnostics.CodeAnalysis;

namespace Micro.Registry.Etcd;

/// <summary>Reads the address of a member in any of its usual forms.</summary>
internal static class EtcdAddress
{
    private const int DefaultPort = 2379;

    /// <summary>Returns the addresses of all members, by default the one on this host.</summary>
    public static IEnumerable<Uri> Members(EtcdRegistryOptions options)
    {
        var secure = EtcdTls.IsWanted(options);
        return options.Addresses.DefaultIfEmpty("127.0.0.1").Select(text =>
            TryParse(text, secure, out var address) ? address : throw new ArgumentException($"'{text}' is not an address of an etcd member", nameof(options)));
    }

    public static bool TryParse(string? text, bool secure, [NotNullWhen(true)] out Uri? address)
    {
        address = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        var (isHttps, rest) = Split(text.Trim());
        rest = rest.EndsWith('/') ? rest[..^1] : rest;
        if (!NodeAddress.TryParse(rest, out var host, out var port))
        {
            // A bare IPv6 address has colons as well, but no port.
            var bare = rest is ['[', .., ']'] ? rest[1..^1] : rest;
            if ((rest.Contains(':', StringComparison.Ordinal) && Uri.CheckHostName(bare) != UriHostNameType.IPv6)
                || !NodeAddress.TryParse(NodeAddress.Format(bare, DefaultPort), out host, out port))
            {
                return false;
            }
        }

        if (port == 0 || Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            return false;
        }

        var scheme = isHttps || secure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        return Uri.TryCreate($"{scheme}://{NodeAddress.Format(host, port)}", UriKind.Absolute, out address);
    }

    /// <summary>Returns <see langword="true"/> if the text asks for TLS.</summary>
    public static bool IsSecure(string text) => Split(text.Trim()).IsHttps;

    private static (bool IsHttps, string Address) Split(string text) =>
        text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? (true, text[8..])
        : text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? (false, text[7..])
        : (false, text);
}
