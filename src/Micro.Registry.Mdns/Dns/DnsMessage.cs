namespace Micro.Registry.Mdns.Dns;

/// <summary>A decoded or to be encoded message.</summary>
internal sealed class DnsMessage
{
    public const ushort ResponseFlag = 0x8000;

    /// <summary>Response that is authoritative: what go-micro sends as an answer.</summary>
    public const ushort AnswerFlags = 0x8400;

    private const ushort OpcodeAndRcode = 0x780f;

    public ushort Id { get; init; }

    public ushort Flags { get; init; }

    public IReadOnlyList<DnsQuestion> Questions { get; init; } = [];

    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];

    public IReadOnlyList<DnsRecord> Authority { get; init; } = [];

    public IReadOnlyList<DnsRecord> Additional { get; init; } = [];

    public bool IsResponse => (Flags & ResponseFlag) != 0;

    /// <summary>Gets whether it is an ordinary query or response; others are ignored in multicast DNS.</summary>
    public bool IsOrdinary => (Flags & OpcodeAndRcode) == 0;
}
