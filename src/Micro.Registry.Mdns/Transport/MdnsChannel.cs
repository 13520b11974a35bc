namespace Micro.Registry.Mdns.Transport;

/// <summary>Which socket pair sends.</summary>
internal enum MdnsChannel
{
    /// <summary>The pair on the protocol's port: probes, announcements, answers.</summary>
    Service,

    /// <summary>The pair on a port of its own, to which answers come by unicast.</summary>
    Query,
}
