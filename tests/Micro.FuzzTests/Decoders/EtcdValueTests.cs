using System.Text;
using Google.Protobuf;
using Micro.Registry;
using Micro.Registry.Kit;
using Micro.Registry.Etcd;
using Micro.Registry.Etcd.Records;
using Microsoft.Extensions.Logging.Abstractions;
using Mvccpb;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>Values in etcd, records of go-micro and nodes of plain gRPC services: S7, S17.</summary>
public sealed class EtcdValueTests(ITestOutputHelper output) : DecoderTests(output)
{
    private const int MaxValueBytes = 64 * 1024;
    private static readonly EtcdRegistryOptions Options = CreateOptions();
    private static readonly RecordReader Reader = new(Options, EtcdBackend.SkipsTo(NullLogger.Instance, TimeProvider.System));

    internal static IReadOnlyList<byte[]> Recorded { get; } =
        [.. RecordedBytes.Members("etcd", "value_text").Select(static value => Encoding.UTF8.GetBytes(value.GetString()!))];

    private protected override FuzzTarget Target { get; } =
        new("etcd-value", Decode, [.. Recorded, [.. "127.0.0.1:80"u8], [.. "{\"Op\":0,\"Addr\":\"127.0.0.1:80\",\"Metadata\":{\"a\":\"b\"}}"u8]])
        {
            AllocationCap = 2 * 1024 * 1024, // metadata that is given again and again is read each time
            MaxInputBytes = MaxValueBytes,
        };

    private static void Decode(byte[] input)
    {
        _ = Read(Options.ForeignPrefixes[0] + "greeter/node", input);
        if (Read(Options.Prefix + "greeter/node", input) is { } record)
        {
            var bytes = RecordJson.Write(record);
            Identity.Require("readable", true, RecordJsonReader.TryReadService(bytes, out var again));
            Identity.RequireBytes("the record", bytes, RecordJson.Write(again!));
        }
    }

    private static ServiceRecord? Read(string key, byte[] value) =>
        Reader.TryRead(new KeyValue { Key = ByteString.CopyFromUtf8(key), Value = UnsafeByteOperations.UnsafeWrap(value) }, out var record) ? record : null;

    private static EtcdRegistryOptions CreateOptions()
    {
        var options = new EtcdRegistryOptions();
        options.ForeignPrefixes.Add("/foreign/");
        return options;
    }
}
