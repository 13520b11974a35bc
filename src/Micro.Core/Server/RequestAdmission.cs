using System.Collections.Frozen;

namespace Micro.Server;

/// <summary>
/// Refuses requests of web pages. A browser sends the page's origin in <c>Origin</c> (RFC 6454, section 7) with every POST, and only
/// POST runs calls, so a request with that header is refused unless <see cref="ServerOptions.AllowedOrigins"/> lists the origin.
/// Hosts are checked only when <see cref="ServerOptions.AllowedHosts"/> lists some.
/// </summary>
internal sealed class RequestAdmission
{
    private readonly FrozenSet<string> _origins;
    private readonly FrozenSet<string> _hosts;
    private readonly string[] _hostSuffixes;

    public RequestAdmission(ServerOptions options)
    {
        _origins = options.AllowedOrigins.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _hosts = options.AllowedHosts.Where(static host => !host.StartsWith("*.", StringComparison.Ordinal)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _hostSuffixes = [.. options.AllowedHosts.Where(static host => host.StartsWith("*.", StringComparison.Ordinal)).Select(static host => host[1..])];
        ChecksHosts = options.AllowedHosts.Count > 0;
    }

    /// <summary>Gets whether the options list hosts, so that <see cref="AllowsHost"/> decides.</summary>
    public bool ChecksHosts { get; }

    /// <summary>Returns whether requests with this origin are allowed.</summary>
    public bool AllowsOrigin(string origin) => _origins.Contains(origin);

    /// <summary>Returns whether requests to this host are allowed.</summary>
    /// <param name="host">The host, without port.</param>
    public bool AllowsHost(string host) =>
        _hosts.Contains(host) || _hostSuffixes.Any(suffix => host.Length > suffix.Length && host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
}
