using System.Net;

namespace Micro.Registry.Mdns;

/// <summary>Settings of the mDNS registry. Read once, when the registry is created.</summary>
public sealed class MdnsRegistryOptions
{
    /// <summary>Domain under which services are named; default <c>micro</c>, which is what go-micro uses.</summary>
    public string Domain { get; set; } = "micro";

    /// <summary>Longest time that a lookup collects answers; default 100 ms, 1 ms to 60 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// A lookup ends early when no new answer came for this long; default 20 ms, above 0. Values from
    /// <see cref="Timeout"/> on switch early ending off.
    /// </summary>
    public TimeSpan QuietPeriod { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>UDP port of the protocol; default 5353, 1 to 65535. All peers must use the same.</summary>
    public int Port { get; set; } = 5353;

    /// <summary>Names or addresses of the network interfaces to use; empty (the default) for all that are up.</summary>
    public IList<string> Interfaces { get; } = [];

    /// <summary>
    /// Networks whose packets are accepted; empty (the default) for the subnets of the interfaces in use. Name them for
    /// links whose addresses say nothing about the neighbours, such as point-to-point tunnels.
    /// </summary>
    public IList<IPNetwork> AllowedNetworks { get; } = [];

    /// <summary>Maximum number of nodes of one service that are remembered; default 1024, 1 to 65536.</summary>
    public int MaxNodesPerService { get; set; } = 1024;

    /// <summary>Maximum number of nodes that are remembered in all; default 4096, 1 to 65536.</summary>
    public int MaxNodes { get; set; } = 4096;

    /// <summary>
    /// Maximum number of nodes of one service that one source address may announce; default 256, 1 to 65536. Of a source that announces more,
    /// no new node of that service is used until it has been quiet for a minute, and those of the last minute are forgotten. All
    /// addresses of this machine are one source. Of all services together four times as many are remembered of a source.
    /// </summary>
    public int MaxNodesPerSource { get; set; } = 256;
}
