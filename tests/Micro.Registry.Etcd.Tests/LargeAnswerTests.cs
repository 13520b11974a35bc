using Google.Protobuf;
using Micro.Registry.Etcd.Api;
using Micro.Registry.Etcd.Tests.Cluster;
using Micro.Registry.Kit;
using Micro.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Registry.Etcd.Tests;

/// <summary>One change of many keys, whose events are more than one message may hold.</summary>
public sealed class LargeAnswerTests
{
    [SkippableFact]
    public async Task Watch_EventsOfOneRevisionExceedAMessage_ComeInFragments_R_ETCD_7()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        using var log = new CapturingLoggerFactory();
        var options = new EtcdRegistryOptions();
        options.Addresses.Add(server.Address);
        await using var api = new EtcdApi(options, EtcdTls.Load(options, [])!, null, TimeProvider.System, new Random(1), NullLogger.Instance);
        await using var registry = EtcdRegistry.Create(
            small =>
            {
                small.Addresses.Add(server.Address);
                small.MaxReceiveBytes = 4 * 1024 * 1024;
            },
            log);
        var name = Some.NewName();
        await using var watched = new Watched(registry, name);
        await Eventually.TrueAsync(() => watched.IsSynchronized, "the watch");
        var lease = (await api.GrantAsync(60, CancellationToken.None)).ID;
        var labels = new Dictionary<string, string> { ["filler"] = new('x', 60_000) };
        for (var index = 0; index < 90; index++)
        {
            var record = Some.Record(name, $"n{index:D2}");
            var value = RecordJson.Write(record with { Nodes = [record.Nodes[0] with { Metadata = labels }] });
            await api.PutAsync(ByteString.CopyFromUtf8($"/micro/registry/{name}/n{index:D2}"), ByteString.CopyFrom(value), lease, CancellationToken.None);
        }

        await Eventually.TrueAsync(() => watched.Ids.Split(' ').Length == 90, "all nodes");

        await api.RevokeAsync(lease, CancellationToken.None);

        await Eventually.TrueAsync(() => watched.Ids.Length == 0, "the end of all");
        watched.Deletes.Should().Be(90);
        log.Entries.Should().NotContain(entry => entry.Id.Name == "EtcdWatchBroken");
    }
}
