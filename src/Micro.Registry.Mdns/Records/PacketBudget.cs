using System.Net;
using Micro.Registry.Mdns.Dns;

namespace Micro.Registry.Mdns.Records;

/// <summary>
/// Makes a node's records fit a datagram: type trees go first, then the endpoints; what is still above the hard
/// limit is refused. Callers need neither to make a call.
/// </summary>
internal static class PacketBudget
{
    /// <summary>Packets up to this size are not fragmented on an Ethernet.</summary>
    public const int PreferredBytes = 1400;

    /// <summary>Largest packet ever sent (RFC 6762, section 17).</summary>
    public const int MaxBytes = 8900;

    /// <summary>Creates the records of a node; returns the size of its largest packet, and whether the record was reduced.</summary>
    /// <exception cref="ArgumentException">A name is no DNS name, or even the smallest form is too large.</exception>
    public static NodeRecords Fit(
        MdnsNames names, string hostName, ServiceRecord service, Node node, IPAddress address, int port, out int bytes, out bool isReduced)
    {
        var instance = names.Instance(service.Name, node.Id);
        if (!MdnsNames.IsValid(instance) || node.Id.StartsWith('.') || service.Name == MdnsNames.ListLabel)
        {
            var remedy = names.FitsWithShortId(service.Name) ? "choose a shorter id (--server_id)" : "choose a shorter name or another registry";
            throw new ArgumentException(
                $"service '{service.Name}', node '{node.Id}': the names do not fit DNS (parts between dots have 1 to 63 bytes, all together at most 255): {remedy}",
                nameof(service));
        }

        foreach (var endpoints in Forms(service.Endpoints))
        {
            var payload = new TxtPayload
            {
                Metadata = node.Metadata,
                Service = service.Name,
                Version = service.Version,
                Endpoints = endpoints,
                ServiceMetadata = service.Metadata,
            };
            var records = new NodeRecords(names.Service(service.Name), instance, hostName, address, (ushort)port, payload.Pack());
            bytes = Measure(records);
            isReduced = !ReferenceEquals(endpoints, service.Endpoints) && service.Endpoints.Count > 0;
            if (bytes <= (endpoints.Count == 0 ? MaxBytes : PreferredBytes))
            {
                return records;
            }

            if (endpoints.Count == 0)
            {
                throw new ArgumentException(
                    $"service '{service.Name}', node '{node.Id}': its record needs {bytes} bytes without endpoints, a packet holds {MaxBytes}; shorten the metadata",
                    nameof(service));
            }
        }

        throw new InvalidOperationException("the form without endpoints always decides");
    }

    private static IEnumerable<IReadOnlyList<Endpoint>> Forms(IReadOnlyList<Endpoint> endpoints)
    {
        if (endpoints.Count > 0)
        {
            yield return endpoints;
            yield return [.. endpoints.Select(endpoint => endpoint with { Request = null, Response = null })];
        }

        yield return [];
    }

    private static int Measure(NodeRecords records)
    {
        // The uncompressed probe and the answer are the largest of the four messages.
        var text = records.Text.Length + (records.Text.Length / DnsLimits.MaxTextBytes) + 1;
        var buffer = new byte[text + (8 * DnsLimits.MaxNameBytes)];
        _ = DnsWriter.TryWrite(records.Probe(0), buffer, compress: false, out var probe);
        _ = DnsWriter.TryWrite(records.Announcement(), buffer, compress: false, out var announcement);
        var answer = records.Answer(new DnsQuestion(records.Question, DnsType.Ptr), 0)!;
        return DnsWriter.TryWrite(answer, buffer, compress: true, out var answered)
            ? Math.Max(Math.Max(probe, announcement), answered)
            : int.MaxValue;
    }
}
