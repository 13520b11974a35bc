using Micro.Registry.Etcd.Tests.Cluster;
using Micro.Testing;

namespace Micro.Registry.Etcd.Tests;

/// <summary>Leases and keys of registrations, looked at from outside.</summary>
[Collection("etcd")]
public sealed class RegistrationTests(SharedEtcd shared)
{
    [SkippableFact]
    public async Task Deregister_Registered_KeyAndLeaseAreGone_R_ETCD()
    {
        await using var server = await StartAsync();
        await using var registry = Create(server);
        var record = Some.Record(Some.NewName(), "n");
        await registry.RegisterAsync(record, Some.Ttl(30));
        (await LeasesAsync(server)).Should().HaveCount(1);

        await registry.DeregisterAsync(record);

        (await LeasesAsync(server)).Should().BeEmpty();
        ((EtcdBackend)registry).KeptLeases.Should().Be(0);
    }

    [SkippableFact]
    public async Task Deregister_SuccessorHasTheId_ItsKeyStays()
    {
        await using var server = await StartAsync();
        await using var first = Create(server);
        await using var second = Create(server);
        var name = Some.NewName();
        await first.RegisterAsync(Some.Record(name, "n", 1), Some.Ttl(30));
        await second.RegisterAsync(Some.Record(name, "n", 2), Some.Ttl(30));

        await first.DeregisterAsync(Some.Record(name, "n", 1));

        (await second.GetServiceAsync(name))[0].Nodes[0].Address.Should().Be("127.0.0.1:2");
        (await LeasesAsync(server)).Should().HaveCount(1, "the lease of the first is revoked");
        await second.DeregisterAsync(Some.Record(name, "n", 2));
        (await LeasesAsync(server)).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Register_OtherTtl_NewLeaseAndTheOldOneIsRevoked_R_ETCD_5()
    {
        await using var server = await StartAsync();
        await using var registry = Create(server);
        var record = Some.Record(Some.NewName(), "n");
        await registry.RegisterAsync(record, Some.Ttl(30));
        var before = await LeasesAsync(server);

        await registry.RegisterAsync(record, Some.Ttl(60));

        (await LeasesAsync(server)).Should().ContainSingle().Which.Should().NotBe(before.Single());
        (await Some.IdsAsync(registry, record.Name)).Should().Equal("n");
    }

    [SkippableFact]
    public async Task Register_ChangedRecord_KeepsItsLease()
    {
        await using var server = await StartAsync();
        await using var registry = Create(server);
        var name = Some.NewName();
        await registry.RegisterAsync(Some.Record(name, "n", 1), Some.Ttl(30));
        var before = await LeasesAsync(server);

        await registry.RegisterAsync(Some.Record(name, "n", 2), Some.Ttl(30));

        (await LeasesAsync(server)).Should().Equal(before);
        (await registry.GetServiceAsync(name))[0].Nodes[0].Address.Should().Be("127.0.0.1:2");
    }

    [SkippableFact]
    public async Task Register_FractionOfASecond_RoundedUpAndGrantedTtlUsed_R_ETCD_4()
    {
        await using var server = await StartAsync();
        await using var registry = Create(server);
        var record = Some.Record(Some.NewName(), "n");

        await registry.RegisterAsync(record, new RegisterOptions { Ttl = TimeSpan.FromMilliseconds(5100) });

        var lease = (await LeasesAsync(server)).Single();
        (await server.ControlAsync("lease", "timetolive", lease)).Should().Contain("granted with TTL(6s)");
    }

    [SkippableFact]
    public async Task Register_RestartWithTheSameRecord_AdoptsTheLease()
    {
        await using var server = await StartAsync();
        var record = Some.Record(Some.NewName(), "n");
        await using (var crashed = Create(server))
        {
            await crashed.RegisterAsync(record, Some.Ttl(30));
        }

        var before = await LeasesAsync(server);
        await using var registry = Create(server);
        await registry.RegisterAsync(record, Some.Ttl(30));

        (await LeasesAsync(server)).Should().Equal(before);
        ((EtcdBackend)registry).KeptLeases.Should().Be(1);
    }

    [SkippableFact]
    public async Task Register_IdInUseElsewhere_BothReportAndNobodyFights_R21()
    {
        await using var server = await StartAsync();
        using var log = new CapturingLoggerFactory();
        await using var first = Create(server, log);
        await using var second = Create(server, log);
        var name = Some.NewName();
        await first.RegisterAsync(Some.Record(name, "n", 1), Some.Ttl(30));

        await second.RegisterAsync(Some.Record(name, "n", 2), Some.Ttl(30));
        await first.RegisterAsync(Some.Record(name, "n", 1), Some.Ttl(30));
        var third = () => second.RegisterAsync(Some.Record(name, "n", 2), Some.Ttl(30));

        await third.Should().ThrowAsync<RegistryDeniedException>().WithMessage("*127.0.0.1:1*");
        log.Entries.Count(entry => entry.Id.Name == "EtcdConflict").Should().Be(3);
        (await first.GetServiceAsync(name))[0].Nodes[0].Address.Should().Be("127.0.0.1:1");
    }

    [SkippableFact]
    public async Task Register_NamesThatShareAKey_SecondIsRefusedAndReadsDoNotMix_R_ETCD_1()
    {
        await using var server = await StartAsync();
        await using var registry = Create(server);
        var (dash, slash) = ("a-b" + Some.NewName(), "a/b" + Some.NewName());
        slash = dash.Replace("a-b", "a/b");
        await registry.RegisterAsync(Some.Record(dash, "n"), Some.Ttl(30));

        await FluentActions.Awaiting(() => registry.RegisterAsync(Some.Record(slash, "n"), Some.Ttl(30))).Should().ThrowAsync<ArgumentException>();
        await registry.RegisterAsync(Some.Record(slash, "m"), Some.Ttl(30));

        (await Some.IdsAsync(registry, dash)).Should().Equal("n");
        (await Some.IdsAsync(registry, slash)).Should().Equal("m");
    }

    [SkippableFact]
    public async Task Register_WithoutTtl_StaysAndWarnsOnce_A5()
    {
        await using var server = await StartAsync();
        using var log = new CapturingLoggerFactory();
        await using var registry = Create(server, log);
        var record = Some.Record(Some.NewName(), "n");

        await registry.RegisterAsync(record, new RegisterOptions());
        await registry.RegisterAsync(record, new RegisterOptions());

        (await LeasesAsync(server)).Should().BeEmpty();
        log.Entries.Count(entry => entry.Id.Name == "EtcdNoTtl").Should().Be(1);
    }

    [SkippableFact]
    public async Task Get_OnePoisonedKeyAmongMany_OthersAreFound_S7()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        var server = await shared.OpenAsync();
        using var log = new CapturingLoggerFactory();
        await using var registry = Create(server, log);
        var name = Some.NewName();
        for (var index = 0; index < 20; index++)
        {
            await registry.RegisterAsync(Some.Record(name, "n" + index), Some.Ttl(60));
        }

        await server.PutAsync($"/micro/registry/{name}/poison", "{\"name\":\"" + name + "\",\"nodes\":[{\"id\":\"x\",\"address\":\"0.0.0.0:1\"}]}");
        for (var read = 0; read < 50; read++)
        {
            (await Some.IdsAsync(registry, name)).Should().HaveCount(20);
        }

        log.Entries.Count(entry => entry.Id.Name == "EtcdValueSkipped").Should().Be(1);
        ((EtcdBackend)registry).Skipped.Count.Should().Be(50);
    }

    [SkippableFact]
    public async Task List_MoreThan4MiB_IsRead_R22()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var server = await EtcdServer.StartAsync();
        await using var registry = Create(server);
        var name = Some.NewName();
        var labels = new Dictionary<string, string> { ["filler"] = new('x', 60_000) };
        for (var index = 0; index < 90; index++)
        {
            var record = Some.Record(name, $"n{index:D3}");
            await registry.RegisterAsync(record with { Nodes = [record.Nodes[0] with { Metadata = labels }] }, new RegisterOptions());
        }

        (await Some.IdsAsync(registry, name)).Should().HaveCount(90);
        await using var watched = new Watched(registry, name);
        await Eventually.TrueAsync(() => watched.IsSynchronized, "the watch");
        watched.Ids.Split(' ').Should().HaveCount(90);
    }

    [SkippableFact]
    public async Task List_ManyPagesAndAWriter_AllOfOneRevision_D9()
    {
        await using var server = await StartAsync();
        await using var registry = Create(server);
        await using var writer = Create(server);
        var name = Some.NewName();
        var nodes = Enumerable.Range(0, 2500).Select(index => Some.Record(name, $"n{index:D4}").Nodes[0]);
        await writer.RegisterAsync(Some.Record(name, "x") with { Nodes = [.. nodes] }, new RegisterOptions());
        var (early, late) = (Some.Record(name, "a"), Some.Record(name, "z"));
        await writer.RegisterAsync(early, new RegisterOptions());

        // One of the two is there at any time: the first page holds the one, the last page the other.
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await writer.RegisterAsync(late, new RegisterOptions());
                await writer.DeregisterAsync(early);
                await writer.RegisterAsync(early, new RegisterOptions());
                await writer.DeregisterAsync(late);
            }
        });
        for (var round = 0; round < 60; round++)
        {
            var ids = await Some.IdsAsync(registry, name);
            ids.Where(id => id.Length > 1).Should().HaveCount(2500).And.OnlyHaveUniqueItems();
            ids.Should().Contain(id => id == "a" || id == "z", $"round {round} is of one revision");
        }

        await stop.CancelAsync();
        await writing;
    }

    [SkippableFact]
    public async Task List_LargerThanAllowed_ErrorNamesTheOption_R22()
    {
        await using var server = await StartAsync();
        await using var registry = EtcdRegistry.Create(options =>
        {
            options.Addresses.Add(server.Address);
            options.MaxReceiveBytes = 4 * 1024 * 1024;
        });
        var name = Some.NewName();
        var labels = new Dictionary<string, string> { ["filler"] = new('x', 2_500) };
        var nodes = Enumerable.Range(0, 2000).Select(index => new Node { Id = $"n{index}", Address = "127.0.0.1:1", Metadata = labels });
        await registry.RegisterAsync(Some.Record(name, "x") with { Nodes = [.. nodes] }, new RegisterOptions());

        await FluentActions.Awaiting(() => registry.GetServiceAsync(name)).Should().ThrowAsync<RegistryException>().WithMessage("*MaxReceiveBytes*");
    }

    private static async Task<EtcdServer> StartAsync()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        return await EtcdServer.StartAsync();
    }

    private static IRegistry Create(EtcdServer server, CapturingLoggerFactory? log = null) =>
        EtcdRegistry.Create(options => options.Addresses.Add(server.Address), log);

    private static async Task<IReadOnlyList<string>> LeasesAsync(EtcdServer server) =>
        [.. (await server.ControlAsync("lease", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)];
}
