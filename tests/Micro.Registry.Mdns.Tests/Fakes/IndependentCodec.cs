using Makaretu.Dns;
using Micro.Registry.Mdns.Dns;
using Ours = Micro.Registry.Mdns.Dns.DnsType;

namespace Micro.Registry.Mdns.Tests.Fakes;

/// <summary>Describes packets as a DNS codec of another maker reads them, in the same words as those of ours.</summary>
internal static class IndependentCodec
{
    /// <summary>Reads a packet with the other codec.</summary>
    public static IReadOnlyList<string> Describe(byte[] packet)
    {
        var message = new Message();
        message.Read(packet);
        return
        [
            $"{message.Id} {(message.QR ? "response" : "query")} {(message.AA ? "authoritative" : "plain")}",
            .. message.Questions.Select(static question => $"? {NameOf(question.Name)} {(int)question.Type} {(int)question.Class}"),
            .. message.Answers.Concat(message.AuthorityRecords).Concat(message.AdditionalRecords).Select(Describe),
        ];
    }

    /// <summary>Describes what our codec has read.</summary>
    public static IReadOnlyList<string> Describe(DnsMessage message) =>
    [
        $"{message.Id} {(message.IsResponse ? "response" : "query")} {((message.Flags & 0x0400) != 0 ? "authoritative" : "plain")}",
        .. message.Questions.Select(static question => $"? {question.Name} {(int)question.Type} {question.Class}"),
        .. message.Answers.Concat(message.Authority).Concat(message.Additional).Select(Describe),
    ];

    private static string Describe(ResourceRecord record) =>
        $"{NameOf(record.Name)} {(int)record.Type} {(int)record.Class} {record.TTL.TotalSeconds} " + record switch
        {
            PTRRecord pointer => NameOf(pointer.DomainName),
            SRVRecord service => $"{service.Priority} {service.Weight} {service.Port} {NameOf(service.Target)}",
            TXTRecord text => string.Concat(text.Strings),
            AddressRecord host => host.Address.ToString(),
            _ => Convert.ToHexString(record.GetData()),
        };

    private static string Describe(DnsRecord record) =>
        $"{record.Name} {(int)record.Type} {record.Class} {record.Ttl} " + record.Type switch
        {
            Ours.Ptr => record.Target,
            Ours.Srv => $"{record.Priority} {record.Weight} {record.Port} {record.Target}",
            Ours.Txt => System.Text.Encoding.UTF8.GetString(record.Text!),
            Ours.A or Ours.Aaaa => record.Address!.ToString(),
            _ => "",
        };

    private static string NameOf(DomainName name) => string.Concat(name.Labels.Select(static label => label + "."));
}
