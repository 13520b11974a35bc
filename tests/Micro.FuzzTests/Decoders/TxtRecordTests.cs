using System.Text;
using Micro.Registry.Kit;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>The packed content of TXT records: S3.</summary>
public sealed class TxtRecordTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly byte[][] Seeds =
    [
        .. RecordedBytes.Files("mdns", "*.bin")
            .SelectMany(static packet => DnsReader.TryRead(packet, out var message) ? message.Answers : [])
            .Where(static record => record.Type == DnsType.Txt && record.Text is { Length: > 0 })
            .Select(static record => record.Text!)
            .DistinctBy(Convert.ToHexString),
    ];

    private protected override FuzzTarget Target { get; } = new("txt-record", Decode, Seeds)
    {
        AllocationCap = 6 * RecordCompression.MaxUnpackedBytes,
        Contents = [.. Seeds.Select(static text => RecordCompression.TryUnpack(text, out var json) ? json : [])],
        Pack = static json => Encoding.ASCII.GetBytes(RecordCompression.Pack(json)),
    };

    private static void Decode(byte[] input)
    {
        if (TxtPayload.TryUnpack(input, out var payload, out _) && payload.ToJson() is { Length: <= RecordCompression.MaxUnpackedBytes } json)
        {
            Identity.Require("readable", true, TxtPayload.TryUnpack(payload.Pack(), out var again, out _));
            Identity.RequireBytes("the payload", json, again!.ToJson());
        }
    }
}
