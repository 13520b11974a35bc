using System.Net;

namespace Micro.Registry.Mdns.Dns;

/// <summary>One resource record; only the members of its type are set.</summary>
internal readonly record struct DnsRecord
{
    /// <summary>Owner, with its final dot.</summary>
    public required string Name { get; init; }

    public required DnsType Type { get; init; }

    /// <summary>Seconds that the record is valid; 0 says goodbye.</summary>
    public required uint Ttl { get; init; }

    public ushort Class { get; init; }

    /// <summary>Target of PTR and SRV.</summary>
    public string Target { get; init; }

    public ushort Priority { get; init; }

    public ushort Weight { get; init; }

    public ushort Port { get; init; }

    /// <summary>Address of A and AAAA.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>All strings of TXT, joined.</summary>
    public byte[]? Text { get; init; }

    public static DnsRecord Pointer(string name, string target, uint ttl) =>
        new() { Name = name, Type = DnsType.Ptr, Class = DnsQuestion.Internet, Ttl = ttl, Target = target };

    public static DnsRecord Service(string name, string target, ushort port, uint ttl, ushort priority = 10, ushort weight = 1) => new()
    {
        Name = name,
        Type = DnsType.Srv,
        Class = DnsQuestion.Internet,
        Ttl = ttl,
        Target = target,
        Port = port,
        Priority = priority,
        Weight = weight,
    };

    public static DnsRecord Host(string name, IPAddress address, uint ttl) => new()
    {
        Name = name,
        Type = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? DnsType.Aaaa : DnsType.A,
        Class = DnsQuestion.Internet,
        Ttl = ttl,
        Target = "",
        Address = address,
    };

    public static DnsRecord Txt(string name, byte[] text, uint ttl) =>
        new() { Name = name, Type = DnsType.Txt, Class = DnsQuestion.Internet, Ttl = ttl, Target = "", Text = text };
}
