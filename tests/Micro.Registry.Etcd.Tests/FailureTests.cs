using Micro.Registry.Etcd.Tests.Cluster;
using Micro.Registry.Kit;
using Micro.Server;
using Micro.Testing;

namespace Micro.Registry.Etcd.Tests;

/// <summary>What happens to registrations and watches when etcd fails. Each test has servers of its own.</summary>
public sealed class FailureTests
{
    [SkippableFact]
    public async Task WipedAtHighRevision_ServicesReturnAndWatchesShowTheTruth_R7_T1()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        await using var registry = Create(server.Address);
        var (own, other) = (Some.NewName(), Some.NewName());
        await using var fleet = new Fleet(registry, own, 5);
        await fleet.StartAsync();
        await registry.RegisterAsync(Some.Record(other, "gone"), new RegisterOptions());
        for (var round = 0; round < 200; round++)
        {
            await registry.RegisterAsync(Some.Record(other, "gone", 1000 + round), new RegisterOptions());
        }

        await using var watched = new Watched(registry, own);
        await using var watchedOther = new Watched(registry, other);
        await Eventually.TrueAsync(() => watched.IsSynchronized && watchedOther.Ids == "gone", "the watches");

        server.Kill();
        server.WipeData();
        await server.StartAsync();

        var all = string.Join(' ', fleet.Ids);
        await Eventually.TrueAsync(async () => string.Join(' ', await Some.IdsAsync(registry, own)) == all, "all services are back", seconds: 40);
        await Eventually.TrueAsync(() => watched.Ids == all && watchedOther.Ids.Length == 0, "the watches show what is there", seconds: 40);
        await registry.RegisterAsync(Some.Record(own, own + "-new"), Some.Ttl(30));
        await Eventually.TrueAsync(() => watched.Ids == all + $" {own}-new", "the watch follows on at the low revision");
        (watched.Misfit ?? watchedOther.Misfit).Should().BeNull();
    }

    [SkippableFact]
    public async Task PausedPastTheTtl_AllRegistrationsReturn_R6_T2()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        await using var registry = Create(server.Address, options => options.Timeout = TimeSpan.FromSeconds(1));
        var name = Some.NewName();
        await using var fleet = new Fleet(registry, name, 20);
        await fleet.StartAsync();
        await using var watched = new Watched(registry, name);
        await Eventually.TrueAsync(() => watched.IsSynchronized, "the watch");

        server.Pause();
        await Eventually.TrueAsync(
            () => fleet.States.All(state => state != ServerState.Registered), "every loop knows that its registration is not confirmed", seconds: 40);
        server.Resume();

        var all = string.Join(' ', fleet.Ids);
        await Eventually.TrueAsync(() => fleet.States.All(state => state == ServerState.Registered), "every loop is registered again", seconds: 40);
        await Eventually.TrueAsync(
            async () => string.Join(' ', await Some.IdsAsync(registry, name)) == all && watched.Ids == all, "all are there again", seconds: 40);
        watched.Misfit.Should().BeNull();
    }

    [SkippableFact]
    public async Task CompactedWhileTheWatcherIsCut_TruthIsDelivered_R9()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = new TcpProxy(server.Port);
        await using var writer = Create(server.Address);
        await using var reader = Create(proxy.Address, options => options.Timeout = TimeSpan.FromSeconds(1));
        var name = Some.NewName();
        await writer.RegisterAsync(Some.Record(name, "a"), Some.Ttl(60));
        await writer.RegisterAsync(Some.Record(name, "b"), Some.Ttl(60));
        await using var watched = new Watched(reader, name);
        await Eventually.TrueAsync(() => watched.IsSynchronized && watched.Ids == "a b", "the watch");

        proxy.Cut();
        await writer.DeregisterAsync(Some.Record(name, "a"));
        for (var round = 0; round < 20; round++)
        {
            await writer.RegisterAsync(Some.Record(name, "c", 1000 + round), Some.Ttl(60));
        }

        await server.ControlAsync("compact", (await RevisionAsync(server)).ToString());
        proxy.Restore();

        await Eventually.TrueAsync(() => watched.Ids == "b c", "what happened meanwhile");
        await writer.RegisterAsync(Some.Record(name, "d"), Some.Ttl(60));
        await Eventually.TrueAsync(() => watched.Ids == "b c d", "what happens now");
        watched.Misfit.Should().BeNull();
        watched.Deletes.Should().Be(1, "only one node went away");
    }

    [SkippableFact]
    public async Task KeyDeletedByHand_NextHeartbeatRestoresIt_R10_R_ETCD_3()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        await using var registry = Create(server.Address);
        var name = Some.NewName();
        await using var fleet = new Fleet(registry, name, 1);
        await fleet.StartAsync();

        await server.ControlAsync("del", $"/micro/registry/{name}/{fleet.Ids[0]}");

        await Eventually.TrueAsync(async () => (await Some.IdsAsync(registry, name)).Count == 1, "the key is back");
    }

    [SkippableFact]
    public async Task LeaseRevokedByHand_RegisteredAgainAtOnce_R_ETCD_2()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        await using var registry = Create(server.Address);
        var record = Some.Record(Some.NewName(), "n");
        var registration = await registry.RegisterAsync(record, Some.Ttl(3));
        var lease = (await server.ControlAsync("lease", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];

        await server.ControlAsync("lease", "revoke", lease);
        await Eventually.TrueAsync(() => registration.Lost.IsCancellationRequested, "notice of the loss");
        var again = await registry.RegisterAsync(record, Some.Ttl(3));

        again.Lost.IsCancellationRequested.Should().BeFalse();
        (await Some.IdsAsync(registry, record.Name)).Should().Equal("n");
    }

    [SkippableFact]
    public async Task OneLeaseOfManyKeysRevoked_EveryEventOfTheAnswerIsDelivered_R_ETCD_7()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        await using var registry = Create(server.Address);
        var name = Some.NewName();
        var lease = (await server.ControlAsync("lease", "grant", "60")).Split(' ')[1];
        foreach (var id in new[] { "a", "b", "c", "d" })
        {
            var value = System.Text.Encoding.UTF8.GetString(RecordJson.Write(Some.Record(name, id)));
            await server.ControlAsync("put", "--lease=" + lease, $"/micro/registry/{name}/{id}", "--", value);
        }

        await using var watched = new Watched(registry, name);
        await Eventually.TrueAsync(() => watched.IsSynchronized && watched.Ids == "a b c d", "the watch");

        await server.ControlAsync("lease", "revoke", lease);

        await Eventually.TrueAsync(() => watched.Ids.Length == 0, "the end of all");
        watched.Deletes.Should().Be(4);
    }

    [SkippableFact]
    public async Task LeaderKilled_NoRegistrationIsLostAndWatchesGoOn_D9()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var cluster = new EtcdCluster();
        await cluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        await using var registry = EtcdRegistry.Create(options =>
        {
            // The leader first: it is the one in use when it is killed.
            foreach (var member in cluster.Members.OrderBy(member => member != leader))
            {
                options.Addresses.Add(member.Address);
            }
        });
        var name = Some.NewName();
        await using var fleet = new Fleet(registry, name, 5, ttl: 10);
        await fleet.StartAsync();
        await using var watched = new Watched(registry, name);
        await Eventually.TrueAsync(() => watched.IsSynchronized, "the watch");

        leader.Kill();

        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await registry.RegisterAsync(Some.Record(name, name + "-zzz"), Some.Ttl(30));
                    return true;
                }
                catch (RegistryUnavailableException)
                {
                    return false; // no leader yet
                }
            },
            "a registration at the rest of the cluster",
            seconds: 60);
        var all = string.Join(' ', fleet.Ids) + $" {name}-zzz";
        await Eventually.TrueAsync(() => watched.Ids == all, "the watch follows on at another member", seconds: 60);
        await Eventually.TrueAsync(() => fleet.States.All(state => state == ServerState.Registered), "every loop is well", seconds: 60);
        watched.Deletes.Should().Be(0, "no registration was lost");
        watched.Misfit.Should().BeNull();
    }

    [SkippableFact]
    public async Task Deregister_EtcdIsDown_ErrorAndNothingIsLeftRunning_R_REG_13()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        await using var registry = (EtcdBackend)Create(server.Address);
        var record = Some.Record(Some.NewName(), "n");
        await registry.RegisterAsync(record, Some.Ttl(30));
        server.Kill();

        await FluentActions.Awaiting(() => registry.DeregisterAsync(record)).Should().ThrowAsync<RegistryUnavailableException>();

        registry.KeptLeases.Should().Be(0);
    }

    [SkippableFact]
    public async Task MajorityLost_ReadsGoOnAndRegistrationsReturnWithIt()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var cluster = new EtcdCluster();
        await cluster.StartAsync();
        await using var registry = EtcdRegistry.Create(options =>
        {
            foreach (var member in cluster.Members)
            {
                options.Addresses.Add(member.Address);
            }
        });
        var name = Some.NewName();
        await using var fleet = new Fleet(registry, name, 3);
        await fleet.StartAsync();
        await using var watched = new Watched(registry, name);
        await Eventually.TrueAsync(() => watched.IsSynchronized, "the watch");

        cluster.Members[0].Kill();
        cluster.Members[1].Kill();
        await Eventually.TrueAsync(() => fleet.States.All(state => state == ServerState.Lost), "every loop knows that it is not confirmed", seconds: 40);
        (await Some.IdsAsync(registry, name)).Should().Equal(fleet.Ids, "the last member still tells what it knows");

        cluster.Members[0].Launch();
        await cluster.Members[0].WaitUntilReadyAsync();

        await Eventually.TrueAsync(() => fleet.States.All(state => state == ServerState.Registered), "every loop is registered", seconds: 40);
        await Eventually.TrueAsync(() => watched.Ids == string.Join(' ', fleet.Ids), "the watch", seconds: 40);
        watched.Misfit.Should().BeNull();
    }

    [SkippableFact]
    public async Task Outage_ManyWatches_OneSearchesForAll_R1()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = new TcpProxy(server.Port);
        await using var registry = Create(proxy.Address);
        var watches = Enumerable.Range(0, 40).Select(_ => new Watched(registry, Some.NewName())).ToList();
        await Eventually.TrueAsync(() => watches.All(watch => watch.IsSynchronized), "the watches");
        var before = proxy.Accepted;

        proxy.Cut();
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, CancellationToken.None);

        // One search: 0.1 s, 0.16 s, 0.26 s, … apart. Forty on their own make several times forty.
        (proxy.Accepted - before).Should().BeInRange(2, 39);
        proxy.Restore();
        await registry.RegisterAsync(Some.Record(watches[0].Service!, "n"), Some.Ttl(30));
        await Eventually.TrueAsync(() => watches[0].Ids == "n", "the watch goes on");
        foreach (var watch in watches)
        {
            await watch.DisposeAsync();
        }
    }

    private static IRegistry Create(string address, Action<EtcdRegistryOptions>? configure = null) =>
        EtcdRegistry.Create(options =>
        {
            options.Addresses.Add(address);
            configure?.Invoke(options);
        });

    private static async Task<long> RevisionAsync(EtcdServer server)
    {
        using var status = System.Text.Json.JsonDocument.Parse(await server.ControlAsync("endpoint", "status", "-w", "json"));
        return status.RootElement[0].GetProperty("Status").GetProperty("header").GetProperty("revision").GetInt64();
    }
}
