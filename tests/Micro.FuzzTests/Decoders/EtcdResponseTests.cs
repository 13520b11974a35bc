using Etcdserverpb;
using Google.Protobuf;
using Micro.Registry.Etcd;
using Micro.Registry.Etcd.Records;
using Micro.Registry.Etcd.Watching;
using Microsoft.Extensions.Logging.Abstractions;
using Mvccpb;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>Lists and changes as etcd sends them: S7, S18.</summary>
public sealed class EtcdResponseTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly RecordReader Reader = new(new EtcdRegistryOptions(), EtcdBackend.SkipsTo(NullLogger.Instance, TimeProvider.System));

    private protected override FuzzTarget Target { get; } = new("etcd-response", Decode, [.. Seeds()])
    {
        Declared = [typeof(InvalidProtocolBufferException)],
        AllocationCap = 8 * 1024 * 1024, // two bytes of protobuf can be an empty pair, which is an object
    };

    private static void Decode(byte[] input)
    {
        var records = new KeyedRecords(Reader, input.Length % 2 == 0 ? "greeter" : null);
        if (input is [1, ..])
        {
            foreach (var pair in RangeResponse.Parser.ParseFrom(input, 1, input.Length - 1).Kvs)
            {
                records.Add(pair);
            }
        }
        else if (input.Length > 0)
        {
            foreach (var change in WatchResponse.Parser.ParseFrom(input, 1, input.Length - 1).Events)
            {
                _ = records.Apply(change);
            }
        }

        _ = records.ToSet();
    }

    /// <summary>The first byte chooses between a list and a change.</summary>
    private static IEnumerable<byte[]> Seeds()
    {
        var pairs = EtcdValueTests.Recorded.Select((value, index) => new KeyValue
        {
            Key = ByteString.CopyFromUtf8($"/micro/registry/greeter/greeter-node-{index + 1}"),
            Value = ByteString.CopyFrom(value),
            ModRevision = index + 2,
        }).ToList();
        var header = new ResponseHeader { Revision = 9 };
        yield return [1, .. new RangeResponse { Header = header, Kvs = { pairs }, Count = pairs.Count }.ToByteArray()];
        yield return [2, .. new WatchResponse { Header = header, WatchId = 1, Events = { pairs.Select(static pair => new Event { Kv = pair, PrevKv = pair }) } }.ToByteArray()];
        yield return [2, .. new WatchResponse { Header = header, WatchId = 1, Events = { pairs.SelectMany(Changes) } }.ToByteArray()];
    }

    private static IEnumerable<Event> Changes(KeyValue pair) =>
        [new Event { Kv = pair }, new Event { Type = Event.Types.EventType.Delete, Kv = new KeyValue { Key = pair.Key, ModRevision = 12 } }];
}
