using System.Net;
using Micro.Registry.Mdns.Dns;

namespace Micro.Registry.Mdns.Records;

/// <summary>The record set of one responder entry, and the messages go-micro makes of it.</summary>
/// <param name="Question">Name under which it is found: service name, or the list name.</param>
/// <param name="Instance">Its own name.</param>
/// <param name="HostName">Target of the service record, with a final dot.</param>
/// <param name="Address">Address that callers use.</param>
/// <param name="Port">Port that callers use.</param>
/// <param name="Text">Joined strings of the TXT record.</param>
internal sealed record NodeRecords(string Question, string Instance, string HostName, IPAddress Address, ushort Port, byte[] Text)
{
    /// <summary>Seconds for which records are valid.</summary>
    public const uint Ttl = 120;

    /// <summary>Port that go-micro gives list entries; nothing listens there.</summary>
    public const ushort ListPort = 9999;

    /// <summary>
    /// Query sent before the first announcement; the records it proposes stand in the authority section. go-micro asks for
    /// PTR, which no node answers; ANY is what RFC 6762 asks for, and go-micro answers it.
    /// </summary>
    public DnsMessage Probe(ushort id) => new()
    {
        Id = id,
        Questions = [new DnsQuestion(Instance, DnsType.Any)],
        Authority = [Srv(Ttl), Host(Ttl), Txt(Ttl)],
    };

    public DnsMessage Announcement() => new() { Flags = DnsMessage.ResponseFlag, Answers = [Srv(Ttl), Host(Ttl), Txt(Ttl)] };

    public DnsMessage Goodbye() => new() { Flags = DnsMessage.ResponseFlag, Answers = [Srv(0), Host(0), Txt(0)] };

    /// <summary>The answer to a question, or null when it asks for something else.</summary>
    public DnsMessage? Answer(DnsQuestion question, ushort queryId)
    {
        IReadOnlyList<DnsRecord> records = question.Name == Question
            ? question.Type is DnsType.Ptr or DnsType.Any ? [DnsRecord.Pointer(Question, Instance, Ttl), Srv(Ttl), Host(Ttl), Txt(Ttl)] : []
            : question.Name == Instance ? InstanceAnswer(question.Type)
            : [];
        return records.Count == 0
            ? null
            : new DnsMessage
            {
                // A wish for unicast is answered with the query's id, anything else with 0, as go-micro does.
                Id = question.WantsUnicast ? queryId : (ushort)0,
                Flags = DnsMessage.AnswerFlags,
                Questions = [question],
                Answers = records,
            };
    }

    private IReadOnlyList<DnsRecord> InstanceAnswer(DnsType type) => type switch
    {
        DnsType.Any or DnsType.Srv => [Srv(Ttl), Host(Ttl), Txt(Ttl)],
        DnsType.Txt => [Txt(Ttl)],
        DnsType.A or DnsType.Aaaa when Host(Ttl).Type == type => [Host(Ttl)],
        _ => [],
    };

    private DnsRecord Srv(uint ttl) => DnsRecord.Service(Instance, HostName, Port, ttl);

    private DnsRecord Host(uint ttl) => DnsRecord.Host(HostName, Address, ttl);

    private DnsRecord Txt(uint ttl) => DnsRecord.Txt(Instance, Text, ttl);
}
