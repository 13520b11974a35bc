using Micro.Registry.Kit;

namespace Micro.Registry.Mdns.Browsing;

/// <summary>One running watch of a registry object: the service it wants, and where changes go.</summary>
/// <param name="Service">Name of the service; <see langword="null"/> for all.</param>
/// <param name="Hub">Receives the changes, under the browser's lock.</param>
internal sealed record MdnsWatch(string? Service, WatchHub Hub)
{
    public bool Covers(string name) => Service is null || Service == name;
}
