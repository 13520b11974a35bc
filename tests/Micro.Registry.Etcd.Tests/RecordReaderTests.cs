using Google.Protobuf;
using Micro.Registry.Etcd.Records;
using Micro.Registry.Etcd.Watching;
using Micro.Registry.Kit;
using Mvccpb;

namespace Micro.Registry.Etcd.Tests;

/// <summary>Keys and values that others may have written (S7, S8).</summary>
public sealed class RecordReaderTests
{
    private const string Foreign = "/micro/services/";

    [Theory]
    [InlineData("""{"Op":0.5,"Addr":"10.0.0.1:1"}""")]
    [InlineData("""{"Op":99999999999,"Addr":"10.0.0.1:1"}""")]
    [InlineData("""{"Op":1e3,"Addr":"10.0.0.1:1"}""")]
    [InlineData("""{"Op":"0","Addr":"10.0.0.1:1"}""")]
    [InlineData("""{"Op":0,"Addr":7}""")]
    [InlineData("""{"Op":0,"Addr":"10.0.0.1:0"}""")]
    [InlineData("""{"Op":0,"Addr":"0.0.0.0:1"}""")]
    [InlineData("""{"Op":0,"Addr":"10.0.0.1:1","Metadata":{"a":1""")]
    [InlineData("10.0.0.1")]
    [InlineData("")]
    public void Read_ForeignValueIsOdd_Skipped_S7(string value) =>
        NewReader().TryRead(Pair(Foreign + "x/y", System.Text.Encoding.UTF8.GetBytes(value)), out _).Should().BeFalse();

    [Fact]
    public void Read_MutatedValues_NothingEscapes_S7()
    {
        const int Seed = 20_250_101;
        var random = new Random(Seed);
        var reader = NewReader();
        var seeds = new[]
        {
            ("/micro/registry/greeter/n", RecordJson.Write(Some.Record("greeter", "n"))),
            (Foreign + "greeter/n", """{"Op":0,"Addr":"10.0.0.2:50051","Metadata":{"zone":"x","weight":3}}"""u8.ToArray()),
            (Foreign + "greeter/n", "10.0.0.1:50051"u8.ToArray()),
        };
        for (var round = 0; round < 30_000; round++)
        {
            var (key, value) = seeds[random.Next(seeds.Length)];
            var pair = Pair(Mutate(key, random), Mutate(value, random));
            var read = () => reader.TryRead(pair, out _);
            read.Should().NotThrow($"seed {Seed}, round {round}: {Convert.ToHexString(pair.Value.Span)}");
        }
    }

    [Fact]
    public void Keys_AcceptedNames_AreOneToOneUpToSlashes_S8()
    {
        var random = new Random(7);
        var keys = new Dictionary<string, (string Service, string Id)>(StringComparer.Ordinal);
        for (var round = 0; round < 20_000; round++)
        {
            var (service, id) = (Name(random), Name(random));
            var record = new ServiceRecord { Name = service, Nodes = [new Node { Id = id, Address = "127.0.0.1:1" }] };
            if (!ServiceRecordRules.TryValidate(record, out _) || !ServiceRecordRules.TryValidate(record.Nodes[0], out _))
            {
                continue;
            }

            var key = EtcdKeys.Node("/micro/registry/", service, id);
            key.Split('/').Should().HaveCount(5, "neither name nor id adds a level");
            key.Should().StartWith(EtcdKeys.Service("/micro/registry/", service).Prefix);
            var names = (service.Replace('/', '-'), id.Replace('/', '-'));
            keys.TryAdd(key, names);
            keys[key].Should().Be(names);
        }

        keys.Count.Should().BeGreaterThan(1000);
    }

    [Fact]
    public void Records_ManyNodesOfOneVersion_KeepItsEndpointsOnce_R22()
    {
        var endpoint = new Endpoint { Name = "Greeter.Hello", Request = new Value { Name = "Request" }, Response = new Value { Name = "Response" } };
        var records = new KeyedRecords(NewReader(), "greeter");
        var told = new List<ServiceRecord>();
        foreach (var id in new[] { "a", "b" })
        {
            var record = Some.Record("greeter", id) with { Endpoints = [endpoint] };
            told.Add(records.Apply(new Event { Kv = Pair($"/micro/registry/greeter/{id}", RecordJson.Write(record)) })![0].Service!);
        }

        told[1].Endpoints.Should().Equal(endpoint);
        told[1].Endpoints[0].Should().BeSameAs(told[0].Endpoints[0]);
    }

    private static RecordReader NewReader()
    {
        var options = new EtcdRegistryOptions();
        options.ForeignPrefixes.Add(Foreign);
        return new RecordReader(options, Some.NewSkipLog());
    }

    private static KeyValue Pair(string key, byte[] value) =>
        new() { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFrom(value) };

    private static string Name(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => "ab/.-%2 ~\0"[random.Next(10)]));

    private static string Mutate(string key, Random random) =>
        random.Next(4) > 0 ? key : key.Remove(random.Next(key.Length), 1);

    private static byte[] Mutate(byte[] value, Random random)
    {
        var bytes = value.ToList();
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Count > 1; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, random.Next(bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(8, bytes.Count - at)));
                    break;
                case 3:
                    bytes.Insert(at, "0123456789eE.-[{\"\\"u8[random.Next(18)]);
                    break;
                default:
                    bytes[at] = "\0\u007f"u8[random.Next(2)];
                    break;
            }
        }

        return [.. bytes];
    }
}
