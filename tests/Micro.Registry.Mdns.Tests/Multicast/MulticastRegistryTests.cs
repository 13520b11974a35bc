namespace Micro.Registry.Mdns.Tests.Multicast;

/// <summary>Two registries with sockets of their own, as two processes have them, on the loopback of a namespace.</summary>
[Collection("multicast")]
public sealed class MulticastRegistryTests : IAsyncLifetime
{
    private readonly IRegistry _here = Create();
    private readonly IRegistry _there = Create();

    // A lookup that finds something ends early; a long timeout only keeps a busy machine from failing the tests.
    private static IRegistry Create(MdnsHostPool? pool = null) =>
        MdnsRegistry.Create(pool ?? new MdnsHostPool(), options => options.Timeout = TimeSpan.FromSeconds(2));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    [SkippableFact]
    public async Task GetService_RegisteredElsewhere_IsFoundWithAllItsContent()
    {
        MulticastNamespace.SkipUnlessInside();
        var record = TestRecords.Greeter() with { Metadata = new Dictionary<string, string> { ["team"] = "north" } };
        await _here.RegisterAsync(record, new RegisterOptions());

        var found = await _there.GetServiceAsync("greeter");

        found.Should().Equal(record);
    }

    [SkippableFact]
    public async Task GetService_OwnRegistration_IsFound()
    {
        MulticastNamespace.SkipUnlessInside();
        await _here.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());

        var found = await _here.GetServiceAsync("greeter");

        found.Should().Equal(TestRecords.Greeter());
    }

    [SkippableFact]
    public async Task GetService_TwoLookupsWithinASecond_BothFind_S6()
    {
        MulticastNamespace.SkipUnlessInside();
        await _here.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());

        var first = await _there.GetServiceAsync("greeter");
        var second = await _there.GetServiceAsync("greeter");

        second.Should().Equal(first);
    }

    [SkippableFact]
    public async Task GetService_SeveralNodesAndVersions_AreGrouped_R_REG_6()
    {
        MulticastNamespace.SkipUnlessInside();
        await _here.RegisterAsync(TestRecords.Greeter("b"), new RegisterOptions());
        await _here.RegisterAsync(TestRecords.Greeter("a", "127.0.0.1:9002"), new RegisterOptions());
        await _here.RegisterAsync(TestRecords.Greeter("c", "127.0.0.1:9003", version: "0.9.0"), new RegisterOptions());

        // Each node answers for itself: on a busy machine a lookup may end in the quiet between two answers.
        await Micro.Testing.Eventually.TrueAsync(async () => (await ReadAsync(_there)).Sum(record => record.Nodes.Count) == 3, "all nodes");

        var found = await ReadAsync(_there);
        found.Select(record => record.Version).Should().Equal("0.9.0", "1.0.0");
        found[1].Nodes.Select(node => node.Id).Should().Equal("a", "b");
    }

    [SkippableFact]
    public async Task GetService_Unknown_Throws_R_REG_14()
    {
        MulticastNamespace.SkipUnlessInside();

        var lookup = () => _there.GetServiceAsync("nobody");

        await lookup.Should().ThrowAsync<ServiceNotFoundException>();
    }

    [SkippableFact]
    public async Task GetService_HostName_IsResolved_R_MDNS_1()
    {
        MulticastNamespace.SkipUnlessInside();
        await _here.RegisterAsync(TestRecords.Greeter(address: "localhost:9001"), new RegisterOptions());

        var found = await _there.GetServiceAsync("greeter");

        found[0].Nodes[0].Address.Should().BeOneOf("127.0.0.1:9001", "[::1]:9001");
    }

    [SkippableFact]
    public async Task ListServices_RegisteredElsewhere_NamesOnlySorted()
    {
        MulticastNamespace.SkipUnlessInside();
        (await _there.ListServicesAsync()).Should().BeEmpty();
        await _here.RegisterAsync(TestRecords.Greeter(name: "zebra", id: "z1"), new RegisterOptions());
        await _here.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());

        await Micro.Testing.Eventually.TrueAsync(
            async () => (await _there.ListServicesAsync()).Select(service => service.Name).SequenceEqual(["greeter", "zebra"]), "both names, sorted");
    }

    [SkippableFact]
    public async Task Deregister_LastNode_IsGoneAtOnce()
    {
        MulticastNamespace.SkipUnlessInside();
        await _here.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await _there.GetServiceAsync("greeter");

        await _here.DeregisterAsync(TestRecords.Greeter());

        // Long before its 120 s are over; the goodbye itself takes as long as the machine lets it.
        await Micro.Testing.Eventually.TrueAsync(async () => (await ReadAsync(_there)).Count == 0, "the node is gone");
        await Micro.Testing.Eventually.TrueAsync(async () => (await _there.ListServicesAsync()).Count == 0, "its name is gone");
    }

    [SkippableFact]
    public async Task Register_ChangedNode_IsReadChanged_R_MDNS_5()
    {
        MulticastNamespace.SkipUnlessInside();
        await _here.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await _there.GetServiceAsync("greeter");
        var changed = TestRecords.Greeter(address: "127.0.0.1:9009", version: "2.0.0");

        await _here.RegisterAsync(changed, new RegisterOptions());

        await Micro.Testing.Eventually.TrueAsync(async () => (await ReadAsync(_there)).SequenceEqual([changed]), "the changed record");
    }

    [SkippableFact]
    public async Task Watch_ServiceComesChangesAndGoes_EveryStepIsDelivered()
    {
        MulticastNamespace.SkipUnlessInside();
        await _here.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var events = _there.WatchAsync("greeter", stop.Token).GetAsyncEnumerator();

        (await NextAsync(events)).Should().Be(RegistryEvent.Create(TestRecords.Greeter()));
        (await NextAsync(events)).Should().Be(RegistryEvent.Synchronized);

        var second = TestRecords.Greeter("greeter-2", "127.0.0.1:9002");
        await _here.RegisterAsync(second, new RegisterOptions());
        (await NextAsync(events)).Should().Be(RegistryEvent.Create(second));

        var changed = TestRecords.Greeter("greeter-2", "127.0.0.1:9003");
        await _here.RegisterAsync(changed, new RegisterOptions());
        (await NextAsync(events)).Should().Be(RegistryEvent.Update(changed));

        await _here.DeregisterAsync(TestRecords.Greeter());
        (await NextAsync(events)).Should().Be(RegistryEvent.Delete(TestRecords.Greeter()));
        await events.DisposeAsync();
    }

    [SkippableFact]
    public async Task Watch_All_FindsWhatIsThereAndWhatComes_R_REG_16()
    {
        MulticastNamespace.SkipUnlessInside();
        await _here.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var events = _there.WatchAsync(cancellationToken: stop.Token).GetAsyncEnumerator();

        (await NextAsync(events)).Should().Be(RegistryEvent.Create(TestRecords.Greeter()));
        (await NextAsync(events)).Should().Be(RegistryEvent.Synchronized);
        var other = TestRecords.Greeter("other-1", name: "other");
        await _here.RegisterAsync(other, new RegisterOptions());
        (await NextAsync(events)).Should().Be(RegistryEvent.Create(other));
        await events.DisposeAsync();
    }

    [SkippableFact]
    public async Task Dispose_WithRegistrations_SaysGoodbyeAndEndsWatches()
    {
        MulticastNamespace.SkipUnlessInside();
        await _here.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var there = _there.WatchAsync("greeter", stop.Token).GetAsyncEnumerator();
        var here = _here.WatchAsync("nobody", stop.Token).GetAsyncEnumerator();
        (await NextAsync(there)).Kind.Should().Be(RegistryEventKind.Create);
        (await NextAsync(there)).Kind.Should().Be(RegistryEventKind.Synchronized);
        (await NextAsync(here)).Kind.Should().Be(RegistryEventKind.Synchronized);

        await _here.DisposeAsync();

        (await NextAsync(there)).Should().Be(RegistryEvent.Delete(TestRecords.Greeter()));
        (await here.MoveNextAsync()).Should().BeFalse();
        var call = () => _here.GetServiceAsync("greeter");
        await call.Should().ThrowAsync<ObjectDisposedException>();
        await there.DisposeAsync();
        await here.DisposeAsync();
    }

    [SkippableFact]
    public async Task Register_TwoRegistriesOfOneProcess_ShareSocketsAndAnswerForBoth_R_MDNS_6()
    {
        MulticastNamespace.SkipUnlessInside();
        var pool = new MdnsHostPool();
        await using var first = Create(pool);
        await using var second = Create(pool);
        await first.RegisterAsync(TestRecords.Greeter("a"), new RegisterOptions());
        await second.RegisterAsync(TestRecords.Greeter("b", "127.0.0.1:9002"), new RegisterOptions());

        await FindsAsync(first, "a", "b");
        await FindsAsync(_there, "a", "b");

        await first.DisposeAsync();
        await FindsAsync(_there, "b");

        static Task FindsAsync(IRegistry registry, params string[] ids) => Micro.Testing.Eventually.TrueAsync(
            async () => (await ReadAsync(registry)).SelectMany(record => record.Nodes).Select(node => node.Id).SequenceEqual(ids), string.Join(", ", ids));
    }

    [SkippableFact]
    public async Task GetService_SourceNotAllowed_IsNotHeard_S5()
    {
        MulticastNamespace.SkipUnlessInside();
        await using var deaf = MdnsRegistry.Create(new MdnsHostPool(), options => options.AllowedNetworks.Add(System.Net.IPNetwork.Parse("192.0.2.0/24")));
        await _here.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());

        var lookup = () => deaf.GetServiceAsync("greeter");

        await lookup.Should().ThrowAsync<ServiceNotFoundException>();
    }

    [SkippableFact]
    public async Task GetService_UnknownInterfaceChosen_IsUnavailable_R_MDNS_7()
    {
        MulticastNamespace.SkipUnlessInside();
        await using var nowhere = MdnsRegistry.Create(new MdnsHostPool(), options => options.Interfaces.Add("nosuch0"));
        await using var loopback = MdnsRegistry.Create(new MdnsHostPool(), options => options.Interfaces.Add("127.0.0.1"));
        await _here.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());

        var lookup = () => nowhere.GetServiceAsync("greeter");

        (await lookup.Should().ThrowAsync<RegistryUnavailableException>()).WithMessage("*nosuch0*");
        (await loopback.GetServiceAsync("greeter")).Should().ContainSingle();
    }

    private static async Task<IReadOnlyList<ServiceRecord>> ReadAsync(IRegistry registry)
    {
        try
        {
            return await registry.GetServiceAsync("greeter");
        }
        catch (ServiceNotFoundException)
        {
            return [];
        }
    }

    private static async Task<RegistryEvent> NextAsync(IAsyncEnumerator<RegistryEvent> events)
    {
        (await events.MoveNextAsync()).Should().BeTrue();
        return events.Current;
    }
}
