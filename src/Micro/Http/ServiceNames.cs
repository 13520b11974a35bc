using System.Collections.Frozen;

namespace Micro.Http;

/// <summary>Returns the service that the host of a URI names, if any.</summary>
internal sealed class ServiceNames(HttpDiscoveryOptions options)
{
    private readonly FrozenDictionary<string, string> _services = options.Services.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    private readonly string? _suffix = options.Suffix;

    /// <summary>The service, or <see langword="null"/> for a host that is an address.</summary>
    public string? Find(Uri uri)
    {
        if (!uri.IsDefaultPort)
        {
            return null;
        }

        if (_services.TryGetValue(uri.Host, out var name))
        {
            return name;
        }

        // A name of digits only is an IPv4 address to a URI; such services need an entry in Services or a suffix.
        if (uri.HostNameType is not (UriHostNameType.Dns or UriHostNameType.Basic) || uri.IsLoopback)
        {
            return null;
        }

        if (_suffix is null)
        {
            return uri.Host;
        }

        return uri.Host.Length > _suffix.Length && uri.Host.EndsWith(_suffix, StringComparison.OrdinalIgnoreCase)
            ? uri.Host[..^_suffix.Length]
            : null;
    }
}
