using System.Collections.Frozen;

namespace Micro.Server;

/// <summary>
/// Keeps web pages away from the port of a service. A browser names the page that asks in <c>Origin</c> (RFC 6454, section 7)
/// on every POST, and only POST runs calls: whoever sends that header is refused unless the options name it. Names that
/// requests are sent to are looked at only when the options list some.
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

    /// <summary>Whether <see cref="AllowsHost"/> has to be asked.</summary>
    public bool ChecksHosts { get; }

    /// <summary>Whether a request that names this page as its origin is let in.</summary>
    public bool AllowsOrigin(string origin) => _origins.Contains(origin);

    /// <summary>Whether a request to this host is let in.</summary>
    /// <param name="host">The host without its port.</param>
    public bool AllowsHost(string host) =>
        _hosts.Contains(host) || _hostSuffixes.Any(suffix => host.Length > suffix.Length && host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
}
