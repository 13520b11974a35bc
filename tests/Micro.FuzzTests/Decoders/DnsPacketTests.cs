using Micro.Registry.Mdns.Browsing;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>mDNS packets, and the nodes in them: S1, S2.</summary>
public sealed class DnsPacketTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly MdnsNames Names = new("micro");

    private protected override FuzzTarget Target { get; } = new("dns-packet", Decode, RecordedBytes.Files("mdns", "*.bin"))
    {
        AllocationCap = 1024 * 1024, // names that compression makes longer, and what a record unpacks to
    };

    private static void Decode(byte[] input)
    {
        if (!DnsReader.TryRead(input, out var message))
        {
            return;
        }

        foreach (var compress in (ReadOnlySpan<bool>)[false, true])
        {
            if (Write(message, compress) is { } packet)
            {
                Identity.Require("readable", true, DnsReader.TryRead(packet, out var again));
                Identity.RequireBytes("the packet", packet, Write(again, compress));
                Identity.Require("the questions", message.Questions.Count, again.Questions.Count);
                Identity.Require("the answers", message.Answers.Count, again.Answers.Count);
            }
        }

        foreach (var record in message.Answers)
        {
            if (record.Type == DnsType.Srv && HeardNode.Collect(message, record) is { } heard)
            {
                _ = heard.TryDecode(Names, out _, out _, out _);
            }
        }
    }

    private static byte[]? Write(DnsMessage message, bool compress)
    {
        var buffer = new byte[DnsLimits.MaxPacketBytes];
        return DnsWriter.TryWrite(message, buffer, compress, out var length) ? buffer[..length] : null;
    }
}
