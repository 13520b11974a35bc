using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;

namespace Micro.Registry.Mdns.Browsing;

/// <summary>The records of one node as they stand in a message, not unpacked yet.</summary>
/// <param name="Instance">Instance name.</param>
/// <param name="Address">Where the node is called.</param>
/// <param name="Text">Joined strings of its TXT record.</param>
/// <param name="Ttl">How long it is valid; zero says goodbye.</param>
internal sealed record HeardNode(string Instance, string Address, byte[] Text, TimeSpan Ttl)
{
    // Nothing is remembered longer than the usual 75 minutes, whatever a sender claims.
    private const uint MaxTtlSeconds = 4500;

    /// <summary>Gets a hash of the record in the packet; records with equal hashes are not unpacked again.</summary>
    public byte[] TextHash => field ??= SHA256.HashData(Text);

    /// <summary>Gets the address at which the node is called; null for a goodbye without one.</summary>
    public IPAddress? Host { get; private init; }

    /// <summary>Collects the records that belong to a service record; null when some are missing.</summary>
    public static HeardNode? Collect(DnsMessage message, in DnsRecord service) => Collect([message.Answers, message.Additional], service);

    /// <summary>Collects the records that a probe proposes; null when some are missing.</summary>
    public static HeardNode? CollectProposed(DnsMessage probe, in DnsRecord service) => Collect([probe.Authority], service);

    private static HeardNode? Collect(ReadOnlySpan<IReadOnlyList<DnsRecord>> sections, in DnsRecord service)
    {
        DnsRecord? text = null;
        IPAddress? address = null;
        foreach (var section in sections)
        {
            foreach (var record in section)
            {
                if (record.Type == DnsType.Txt && record.Name == service.Name)
                {
                    text ??= record;
                }
                else if (record.Type is DnsType.A or DnsType.Aaaa && record.Name == service.Target && (address is null || record.Type == DnsType.A))
                {
                    // IPv4 is preferred when both are there.
                    address = record.Address;
                }
            }
        }

        var ttl = Math.Min(service.Ttl, text?.Ttl ?? service.Ttl);
        return ttl > 0 && (text is null || address is null)
            ? null
            : new HeardNode(
                service.Name,
                address is null ? "" : NodeAddress.Format(address, service.Port),
                text?.Text ?? [],
                TimeSpan.FromSeconds(Math.Min(ttl, MaxTtlSeconds)))
            { Host = address };
    }

    /// <summary>Unpacks and checks it; a bad record is to be skipped for the reason given.</summary>
    public bool TryDecode(MdnsNames names, [NotNullWhen(true)] out ServiceRecord? record, out int bytes, [NotNullWhen(false)] out string? problem)
    {
        record = null;
        problem = null;
        if (!TxtPayload.TryUnpack(Text, out var payload, out bytes))
        {
            problem = "its payload cannot be decoded";
            return false;
        }

        if (payload.Service.Length == 0 || !names.TryGetId(Instance, payload.Service, out var id))
        {
            problem = "its payload names another service";
            return false;
        }

        var node = new Node { Id = id, Address = Address, Metadata = payload.Metadata };
        var decoded = new ServiceRecord
        {
            Name = payload.Service,
            Version = payload.Version,
            Metadata = payload.ServiceMetadata,
            Endpoints = payload.Endpoints,
            Nodes = [node],
        };
        if (!ServiceRecordRules.TryValidate(decoded, out problem) || !ServiceRecordRules.TryValidate(node, out problem))
        {
            return false;
        }

        record = decoded;
        return true;
    }
}
