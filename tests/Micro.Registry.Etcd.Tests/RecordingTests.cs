using System.Text.Json;
using Etcdserverpb;
using Google.Protobuf;
using Micro.Registry.Etcd.Api;
using Micro.Registry.Etcd.Records;
using Micro.Registry.Etcd.Tests.Cluster;
using Micro.Registry.Kit;
using Mvccpb;

namespace Micro.Registry.Etcd.Tests;

/// <summary>Keys, values and calls against those recorded from go-micro.</summary>
[Collection("etcd")]
public sealed class RecordingTests(SharedEtcd shared)
{
    [Fact]
    public void Keys_Recorded_WeReadTheRecordAndWriteTheSameBytes()
    {
        var reader = new RecordReader(new EtcdRegistryOptions(), Some.NewSkipLog());
        foreach (var entry in Read("keys.json").GetProperty("keys").EnumerateArray())
        {
            var text = entry.GetProperty("value_text").GetString()!;
            var pair = new KeyValue
            {
                Key = ByteString.CopyFromUtf8(entry.GetProperty("key").GetString()!),
                Value = ByteString.CopyFromUtf8(text),
            };

            reader.TryRead(pair, out var record).Should().BeTrue();
            System.Text.Encoding.UTF8.GetString(RecordJson.Write(record!)).Should().Be(text);
            EtcdKeys.Node("/micro/registry/", record!.Name, record.Nodes[0].Id).Should().Be(entry.GetProperty("key").GetString());
        }
    }

    [Fact]
    public void Calls_Recorded_OurMessagesHaveTheSameBytes()
    {
        var compared = 0;
        foreach (var call in Read("calls.json").GetProperty("calls").EnumerateArray())
        {
            var recorded = call.GetProperty("request_hex").GetString()!;
            if (Rebuild(call.GetProperty("path").GetString()!, Convert.FromHexString(recorded)) is { } ours)
            {
                Convert.ToHexStringLower(ours.ToByteArray()).Should().Be(recorded);
                compared++;
            }
        }

        compared.Should().BeGreaterThan(10);
    }

    [Fact]
    public void Watch_Recorded_SamePrefixAndOptions()
    {
        var call = Read("calls.json").GetProperty("calls").EnumerateArray()
            .First(call => call.GetProperty("path").GetString() == "/etcdserverpb.Watch/Watch");
        var recorded = WatchRequest.Parser.ParseFrom(Convert.FromHexString(call.GetProperty("request_hex").GetString()!)).CreateRequest;
        var range = EtcdKeys.Service("/micro/registry/", "greeter");

        (recorded.Key, recorded.RangeEnd, recorded.PrevKv).Should().Be((range.Start, range.End, true));
    }

    [SkippableFact]
    public async Task Register_RecordOfTheRecording_StoresTheSameKeyAndValue()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        var server = await shared.OpenAsync();
        var entry = Read("keys.json").GetProperty("keys")[0];
        var text = entry.GetProperty("value_text").GetString()!;
        RecordJsonReader.TryReadService(System.Text.Encoding.UTF8.GetBytes(text), out var record).Should().BeTrue();
        await using var registry = EtcdRegistry.Create(options => options.Addresses.Add(server.Address));

        await registry.RegisterAsync(record!, new RegisterOptions { Ttl = TimeSpan.FromSeconds(30) });
        var stored = await server.ControlAsync("get", "--prefix", "/micro/registry/greeter/");
        await registry.DeregisterAsync(record!);

        stored.Should().Be($"{entry.GetProperty("key").GetString()}\n{text}\n");
        (await server.ControlAsync("get", "--prefix", "/micro/registry/greeter/")).Should().BeEmpty();
    }

    private static IMessage? Rebuild(string path, byte[] bytes)
    {
        // Read into our messages and written again: an unknown field would show, because unknown fields are dropped.
        switch (path)
        {
            case "/etcdserverpb.KV/Range":
                var range = RangeRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
                return range.RangeEnd.IsEmpty
                    ? new RangeRequest { Key = ByteString.CopyFromUtf8(EtcdKeys.Node("/micro/registry/", "greeter", range.Key.ToStringUtf8().Split('/')[^1])), Serializable = true }
                    : Serializable(EtcdKeys.Service("/micro/registry/", range.Key.ToStringUtf8() is "/micro/registry/" ? null : range.Key.ToStringUtf8().Split('/')[^2]));
            case "/etcdserverpb.KV/Put":
                return PutRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
            case "/etcdserverpb.KV/DeleteRange":
                return DeleteRangeRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
            case "/etcdserverpb.Lease/LeaseGrant":
                return new LeaseGrantRequest { TTL = 30 };
            case "/etcdserverpb.Lease/LeaseKeepAlive":
                return LeaseKeepAliveRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
            default:
                return null;
        }
    }

    private static RangeRequest Serializable(KeyRange range) => new() { Key = range.Start, RangeEnd = range.End, Serializable = true };

    private static JsonElement Read(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Recordings", name))).RootElement;
}
