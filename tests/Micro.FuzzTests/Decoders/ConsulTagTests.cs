using System.Text;
using Micro.Registry;
using Micro.Registry.Kit;
using Micro.Registry.Consul;
using Micro.Registry.Consul.Records;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>The tags of a Consul entry, one on each line: S3.</summary>
public sealed class ConsulTagTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly string[][] Recorded =
    [
        .. RecordedBytes.Members("consul", "Tags", static element => element.TryGetProperty("Address", out _))
            .Where(static tags => tags.ValueKind == System.Text.Json.JsonValueKind.Array)
            .Select(static tags => tags.EnumerateArray().Select(static tag => tag.GetString()!).ToArray()),
    ];

    private protected override FuzzTarget Target { get; } =
        new("consul-tag", Decode, [.. Recorded.Select(static tags => Encoding.UTF8.GetBytes(string.Join('\n', tags))), [.. "t={\"a\":\"b\"}\nv=1.0\ne={\"name\":\"A.B\"}"u8]])
        {
            MaxInputBytes = 16 * 1024, // each tag is unpacked and packed again
            AllocationCap = 32 * RecordCompression.MaxUnpackedBytes, // an endpoint takes 11 bytes of tags
            Contents = [.. Recorded.SelectMany(static tags => tags).Distinct(StringComparer.Ordinal).Select(Unpack)],
            Pack = static content => Encoding.UTF8.GetBytes((content is [(byte)'{', ..] ? "e-" : "v-") + RecordCompression.Pack(content)),
            Words = [[.. "t-78"u8], [.. "e-78"u8], [.. "v-78"u8], [.. "m-78"u8]],
        };

    private static void Decode(byte[] input)
    {
        var read = TagReader.Read(InputText.Of(input).Split('\n'));
        if (read is not { Problem: null, Version: not null })
        {
            return;
        }

        var node = new Node { Id = "n", Address = "127.0.0.1:1", Metadata = read.Metadata };
        var record = new ServiceRecord { Name = "s", Version = read.Version, Metadata = read.ServiceMetadata, Endpoints = read.Endpoints, Nodes = [node] };
        var bytes = RecordJson.Write(record);
        if (bytes.Length <= RecordCompression.MaxUnpackedBytes)
        {
            var again = TagReader.Read(TagWriter.Write(record, node, new ConsulRegistryOptions()));
            Identity.RequireBytes("the record", bytes, RecordJson.Write(record with
            {
                Version = again.Version ?? "",
                Metadata = again.ServiceMetadata,
                Endpoints = again.Endpoints,
                Nodes = [node with { Metadata = again.Metadata }],
            }));
        }
    }

    private static byte[] Unpack(string tag) => RecordCompression.TryUnpack(Encoding.UTF8.GetBytes(tag[2..]), out var content) ? content : [];
}
