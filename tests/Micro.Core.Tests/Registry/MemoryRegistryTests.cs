using Micro.Registry.Kit;
using Micro.Testing;

namespace Micro.Registry;

/// <summary>What only the memory registry promises: rules R-MEM-1 to 5, and its notices of loss.</summary>
public sealed class MemoryRegistryTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Sweep_NodeExpires_EmptyVersionAndServiceDisappear_R_MEM_1()
    {
        await using var registry = MemoryRegistry.Create(time: _time);
        await registry.RegisterAsync(RecordOf("1", "a"), Ttl(3));
        await registry.RegisterAsync(RecordOf("2", "b"), Ttl(5));

        _time.Advance(TimeSpan.FromSeconds(2));
        (await VersionsAsync(registry)).Should().Equal("1", "2");
        _time.Advance(TimeSpan.FromSeconds(1));
        (await VersionsAsync(registry)).Should().Equal("2");
        _time.Advance(TimeSpan.FromSeconds(2));

        var get = () => registry.GetServiceAsync("s");
        await get.Should().ThrowAsync<ServiceNotFoundException>();
        (await registry.ListServicesAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Sweep_RenewedInTime_StaysForEver_R_MEM_1()
    {
        await using var registry = MemoryRegistry.Create(time: _time);
        for (var beat = 0; beat < 20; beat++)
        {
            var registration = await registry.RegisterAsync(RecordOf("1", "a"), Ttl(3));
            _time.Advance(TimeSpan.FromSeconds(2));
            registration.Lost.IsCancellationRequested.Should().BeFalse();
        }

        (await VersionsAsync(registry)).Should().Equal("1");
    }

    [Fact]
    public async Task Sweep_LongerTtlOnRenewal_IsTheNewLifetime_R_MEM_5()
    {
        await using var registry = MemoryRegistry.Create(time: _time);
        await registry.RegisterAsync(RecordOf("1", "a"), Ttl(3));
        await registry.RegisterAsync(RecordOf("1", "a"), Ttl(0));

        _time.Advance(TimeSpan.FromDays(1));

        (await VersionsAsync(registry)).Should().Equal("1");
    }

    [Fact]
    public async Task Sweep_WallClockJumps_NothingExpires_R20()
    {
        await using var registry = MemoryRegistry.Create(time: _time);
        await registry.RegisterAsync(RecordOf("1", "a"), Ttl(3));

        _time.JumpWallClock(TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromSeconds(2));

        (await VersionsAsync(registry)).Should().Equal("1");
    }

    [Fact]
    public async Task Sweep_NothingHasALifetime_NoTimerRuns_R_MEM_2()
    {
        await using var registry = MemoryRegistry.Create(time: _time);
        await registry.RegisterAsync(RecordOf("1", "a"), Ttl(0));
        _time.ActiveTimers.Should().Be(0);

        await registry.RegisterAsync(RecordOf("1", "a"), Ttl(3));
        _time.ActiveTimers.Should().Be(1);
        _time.Advance(TimeSpan.FromSeconds(3));

        _time.ActiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task Dispose_SweeperStopsAndHoldersLearnOfTheLoss_R_MEM_2()
    {
        var registry = MemoryRegistry.Create(time: _time);
        var registration = await registry.RegisterAsync(RecordOf("1", "a"), Ttl(3));

        await registry.DisposeAsync();

        _time.ActiveTimers.Should().Be(0);
        registration.Lost.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public async Task Registries_TwoInOneProcess_ShareNothing_R_MEM_3()
    {
        await using var first = MemoryRegistry.Create();
        await using var second = MemoryRegistry.Create();
        await first.RegisterAsync(RecordOf("1", "a"), Ttl(0));

        (await second.ListServicesAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Preload_InputChangesLater_RegistryDoesNot_R_MEM_4()
    {
        var services = new List<ServiceRecord> { RecordOf("1", "a") };
        await using var registry = MemoryRegistry.Create(options => options.Services = services, time: _time);

        services.Clear();
        _time.Advance(TimeSpan.FromDays(1));

        (await VersionsAsync(registry)).Should().Equal("1");
    }

    [Fact]
    public void Create_InvalidOptions_OneErrorListsAllProblems()
    {
        var create = () => MemoryRegistry.Create(options =>
        {
            options.SweepInterval = TimeSpan.Zero;
            options.Services = [RecordOf("1")];
        });

        create.Should().Throw<ArgumentException>()
            .Where(error => error.Message.Contains("SweepInterval") && error.Message.Contains("at least one node"));
    }

    [Fact]
    public async Task Lost_Renewal_KeepsTheSameToken()
    {
        await using var registry = MemoryRegistry.Create(time: _time);
        var first = await registry.RegisterAsync(RecordOf("1", "a", "b"), Ttl(3));
        var renewed = await registry.RegisterAsync(RecordOf("1", "b", "a"), Ttl(3));
        renewed.Lost.Should().Be(first.Lost, "a heartbeat must not leave anything behind");

        await registry.DeregisterAsync(RecordOf("1", "b"));
        first.Lost.IsCancellationRequested.Should().BeFalse("a withdrawn node is not lost");
        _time.Advance(TimeSpan.FromSeconds(3));

        first.Lost.IsCancellationRequested.Should().BeTrue("one of its nodes expired");
    }

    [Fact]
    public async Task Lost_CallbackFails_IsLoggedAndOthersStillHear()
    {
        var log = new CapturingLoggerFactory();
        await using var registry = MemoryRegistry.Create(loggers: log, time: _time);
        var first = await registry.RegisterAsync(RecordOf("1", "a"), Ttl(3));
        var second = await registry.RegisterAsync(RecordOf("1", "b"), Ttl(3));
        await using var registered = first.Lost.Register(() => throw new InvalidOperationException("a fault of the owner"));

        _time.Advance(TimeSpan.FromSeconds(3));

        second.Lost.IsCancellationRequested.Should().BeTrue();
        await Eventually.TrueAsync(() => log.Entries.Any(entry => entry.Id.Name == "RegistryLossHandlerFailed"), "the log of the failed handler");
        log.Entries.Should().Contain(entry => entry.Id.Name == "memory.node_expired" && entry.Message.Contains("was not renewed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task GetService_NewestNodeGoes_DescriptionOfTheNextNewestCounts_R_REG_6()
    {
        await using var registry = MemoryRegistry.Create(time: _time);
        await registry.RegisterAsync(RecordOf("1", "a") with { Endpoints = [new Endpoint { Name = "Old.Call" }] }, Ttl(0));
        await registry.RegisterAsync(RecordOf("1", "b") with { Endpoints = [new Endpoint { Name = "New.Call" }] }, Ttl(0));
        (await registry.GetServiceAsync("s"))[0].Endpoints[0].Name.Should().Be("New.Call");
        (await registry.GetServiceAsync("s"))[0].Nodes.Should().HaveCount(2);

        await registry.RegisterAsync(RecordOf("1", "a") with { Endpoints = [new Endpoint { Name = "Newest.Call" }] }, Ttl(0));
        (await registry.GetServiceAsync("s"))[0].Endpoints[0].Name.Should().Be("Newest.Call");

        await registry.DeregisterAsync(RecordOf("1", "a"));

        (await registry.GetServiceAsync("s"))[0].Endpoints[0].Name.Should().Be("New.Call");
    }

    [Fact]
    public async Task Watches_AThousandOpenedAndClosed_NothingIsLeft_R_REG_18()
    {
        await using var registry = (MemoryBackend)MemoryRegistry.Create(time: _time);
        for (var round = 0; round < 1000; round++)
        {
            using var stop = new CancellationTokenSource();
            await using var changes = registry.WatchAsync(round % 2 == 0 ? "s" : null, stop.Token).GetAsyncEnumerator(CancellationToken.None);
            (await changes.MoveNextAsync()).Should().BeTrue();
            var pending = changes.MoveNextAsync().AsTask();
            registry.WatchCount.Should().Be(1);
            await stop.CancelAsync();
            await ((Func<Task>)(() => pending)).Should().ThrowAsync<OperationCanceledException>();
        }

        registry.WatchCount.Should().Be(0);
    }

    [Fact]
    public async Task Members_ManyThreads_TruthAtTheEnd_C16()
    {
        await using var registry = MemoryRegistry.Create();
        using var stop = new CancellationTokenSource();
        var seen = RecordSet.Empty;
        var watch = Task.Run(async () =>
        {
            await foreach (var change in registry.WatchAsync("s", stop.Token))
            {
                seen = seen.Apply(change);
            }
        });

        await Parallel.ForAsync(0, 2000, async (number, token) =>
        {
            var record = RecordOf($"{number % 3}", $"n{number % 50}");
            await (number % 4 == 3 ? registry.DeregisterAsync(record, token) : registry.RegisterAsync(record, Ttl(0), token));
            await registry.ListServicesAsync(token);
        });
        await registry.RegisterAsync(RecordOf("9", "end"), Ttl(0));

        var truth = await registry.GetServiceAsync("s");
        await Eventually.TrueAsync(() => seen.Records.SequenceEqual(truth), "the watch to end where the registry does");
        await stop.CancelAsync();
        await ((Func<Task>)(() => watch)).Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task<IEnumerable<string>> VersionsAsync(IRegistry registry) =>
        (await registry.GetServiceAsync("s")).Select(record => record.Version);

    private static RegisterOptions Ttl(int seconds) => new() { Ttl = TimeSpan.FromSeconds(seconds) };

    private static ServiceRecord RecordOf(string version, params string[] ids) => new()
    {
        Name = "s",
        Version = version,
        Nodes = [.. ids.Select(id => new Node { Id = id, Address = "127.0.0.1:80" })],
    };
}
