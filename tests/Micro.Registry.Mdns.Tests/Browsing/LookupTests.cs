using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;
using Micro.Registry.Mdns.Tests.Fakes;
using Micro.Testing;

namespace Micro.Registry.Mdns.Tests.Browsing;

/// <summary>Lookups, with go-micro peers played by the test and standing time.</summary>
public sealed class LookupTests : IAsyncLifetime
{
    private readonly FakeLink _link = new();
    private readonly ManualTimeProvider _time = new();
    private readonly CountingLogger _log = new();
    private readonly FakeHost _client;

    public LookupTests() => _client = new FakeHost(_link, "10.0.0.1", _time, loggers: _log);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _client.DisposeAsync();

    [Fact]
    public async Task GetService_QuietAfterTheLastAnswer_ReturnsBeforeTheTimeout_R_MDNS_2()
    {
        var found = await LookUpAsync(Peer.Node("a"), Peer.Node("b"));

        found[0].Nodes.Should().HaveCount(2);
        (_time.GetUtcNow() - _started).Should().BeLessThan(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task GetService_NoAnswer_AsksAgainAtHalfTimeAndEndsAtTheTimeout_R_MDNS_2()
    {
        var started = _time.GetUtcNow();
        var lookup = _client.Registry.GetServiceAsync("greeter");

        var wait = () => _time.UntilAsync(lookup);

        await wait.Should().ThrowAsync<ServiceNotFoundException>();
        (_time.GetUtcNow() - started).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(100));
        _link.Sent.Select(sent => sent.Message.Questions[0].Type).Should().Equal(DnsType.Ptr, DnsType.Any);
    }

    [Fact]
    public async Task GetService_FirstQuestionLost_FoundBySecond()
    {
        await using var server = new FakeHost(_link, "10.0.0.2", _time);
        await server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        var lost = false;
        _link.Passes = (_, to, message) => !message.IsResponse || to.Equals(FakeLink.Group) || lost == (lost = true);

        var found = await _time.UntilAsync(_client.Registry.GetServiceAsync("greeter"));

        found.Should().Equal(TestRecords.Greeter());
    }

    [Fact]
    public async Task GetService_CannotSend_IsUnavailableAndNotUnknown_R_REG_15()
    {
        _client.Transport.CanSend = false;

        var get = () => _client.Registry.GetServiceAsync("greeter");
        var list = () => _client.Registry.ListServicesAsync();

        await get.Should().ThrowAsync<RegistryUnavailableException>();
        await list.Should().ThrowAsync<RegistryUnavailableException>();
    }

    [Fact]
    public async Task GetService_BadRecordsAmongGood_GoodOnesAreFound_S7()
    {
        var good = Peer.Node("good");
        var undecodable = Peer.Node("undecodable") with { Text = "ffff"u8.ToArray() };
        var empty = Peer.Node("empty") with { Text = [] };
        var foreign = Peer.Node("foreign", payload: new TxtPayload { Service = "other" });
        var nameless = Peer.Node("nameless", payload: new TxtPayload());
        var anywhere = Peer.Node("anywhere", address: "0.0.0.0");
        var multicast = Peer.Node("multicast", address: "239.1.1.1");
        var portless = Peer.Node("portless", port: 0);

        var found = await LookUpAsync(undecodable, empty, foreign, nameless, anywhere, multicast, portless, good);

        found.Should().ContainSingle().Which.Nodes.Should().ContainSingle().Which.Id.Should().Be("good");
        _client.Statistics.Skipped.Should().Be(7);
    }

    [Fact]
    public async Task GetService_PoisonFlood_FewLogLines_S7()
    {
        var lookup = Begin();
        for (var index = 0; index < 10_000; index++)
        {
            Answer(Peer.Node($"poison-{index % 100}") with { Text = "00"u8.ToArray() });
        }

        Answer(Peer.Node("good"));
        await _client.Transport.DrainAsync();
        var found = await _time.UntilAsync(lookup);

        found[0].Nodes.Should().ContainSingle();
        _log.Lines.Should().HaveCountLessThanOrEqualTo(10);
    }

    [Fact]
    public async Task GetService_AnswerFromAnotherPort_IsForged_S5()
    {
        var lookup = Begin();
        _link.Send(Peer.At("10.0.0.66", 6000), Peer.At("10.0.0.1", FakeTransport.QueryPort), Peer.Node("x").Answer(Question("greeter"), 0)!);

        var wait = () => _time.UntilAsync(lookup);

        await wait.Should().ThrowAsync<ServiceNotFoundException>();
    }

    [Fact]
    public async Task Response_NobodyAsked_IsIgnored_S5()
    {
        _ = await LookUpAsync(Peer.Node("a"));

        _link.Send(Peer.At("10.0.0.66"), FakeLink.Group, Peer.Node("x", service: "unwanted").Announcement());
        await _client.Transport.DrainAsync();

        _client.Statistics.Unasked.Should().Be(1);
    }

    [Fact]
    public async Task Response_TooManyNodesFromOneSource_SourceIsLeftOutAsAWholeAndLoggedOnce_S4()
    {
        var log = new CountingLogger();
        await using var client = new FakeHost(_link, "10.0.0.6", _time, loggers: log);
        var lookup = client.Registry.GetServiceAsync("greeter");
        Answer(Peer.Node("genuine"));
        for (var index = 0; index < 500; index++)
        {
            Answer(Peer.Node($"flood-{index}"), from: "10.0.0.66");
        }

        await client.Transport.DrainAsync();
        var found = await _time.UntilAsync(lookup);

        found[0].Nodes.Should().ContainSingle().Which.Id.Should().Be("genuine");
        client.Statistics.Refused.Should().Be(244, "256 were taken before it was too many");
        client.Statistics.SourcesLeftOut.Should().Be(1);
        log.Lines.Should().ContainSingle(static line => line.Text.Contains("MaxNodesPerSource", StringComparison.Ordinal));

        void Answer(NodeRecords node, string from = "10.0.0.9") =>
            _link.Send(Peer.At(from), Peer.At("10.0.0.6", FakeTransport.QueryPort), node.Answer(Question("greeter"), 0)!);
    }

    [Theory]
    [InlineData(1024, 4096, 1024)]
    [InlineData(4096, 50, 50)]
    public async Task Response_TooManyNodesInAll_AreRefused_S4(int perService, int inAll, int expected)
    {
        await using var client = new FakeHost(_link, "10.0.0.5", _time, options =>
        {
            options.MaxNodesPerService = perService;
            options.MaxNodes = inAll;
        });
        var lookup = client.Registry.GetServiceAsync("greeter");
        for (var index = 0; index < 1100; index++)
        {
            _link.Send(Peer.At($"10.0.{1 + (index / 200)}.{index % 200}"), Peer.At("10.0.0.5", FakeTransport.QueryPort), Peer.Node($"n{index}").Answer(Question("greeter"), 0)!);
        }

        await client.Transport.DrainAsync();
        var found = await _time.UntilAsync(lookup);

        found[0].Nodes.Should().HaveCount(expected);
    }

    [Fact]
    public async Task GetService_ServicesAndIdsWithDots_AreKeptApart()
    {
        var lookup = Begin("b.c");
        _link.Send(Peer.At("10.0.0.9"), FakeLink.Group, Peer.Node("x", service: "c").Announcement());
        Answer(Peer.Node("a.1", service: "b.c"), question: "b.c");

        var found = await _time.UntilAsync(lookup);

        found[0].Nodes.Should().ContainSingle().Which.Id.Should().Be("a.1");
    }

    [Fact]
    public async Task GetService_RecordsInAdditionalSection_AreRead()
    {
        var lookup = Begin();
        var answer = Peer.Node("a").Answer(Question("greeter"), 0)!;
        _link.Send(Peer.At("10.0.0.9"), FakeLink.Group, new DnsMessage
        {
            Flags = answer.Flags,
            Answers = [answer.Answers[0]],
            Additional = [.. answer.Answers.Skip(1)],
        });

        (await _time.UntilAsync(lookup)).Should().ContainSingle();
    }

    [Fact]
    public async Task GetService_BothFamilies_IPv4IsPreferred()
    {
        var lookup = Begin();
        var answer = Peer.Node("a").Answer(Question("greeter"), 0)!;
        _link.Send(Peer.At("10.0.0.9"), FakeLink.Group, new DnsMessage
        {
            Flags = answer.Flags,
            Answers = [DnsRecord.Host("peer.", System.Net.IPAddress.Parse("fd00::1"), 120), .. answer.Answers, DnsRecord.Host("peer.", System.Net.IPAddress.Parse("fd00::2"), 120)],
        });

        (await _time.UntilAsync(lookup))[0].Nodes[0].Address.Should().Be("10.0.0.9:9001");
    }

    [Fact]
    public async Task ListServices_SeveralAnswers_SortedWithoutDuplicates()
    {
        var list = _client.Registry.ListServicesAsync();
        foreach (var service in new[] { "zebra", "greeter", "zebra" })
        {
            var entry = new NodeRecords(Peer.Names.List, Peer.Names.ListInstance(service), "peer.", System.Net.IPAddress.Any, 9999, []);
            _link.Send(Peer.At("10.0.0.9"), Peer.At("10.0.0.1", FakeTransport.QueryPort), entry.Answer(new DnsQuestion(Peer.Names.List, DnsType.Ptr), 0)!);
        }

        (await _time.UntilAsync(list)).Select(service => service.Name).Should().Equal("greeter", "zebra");
    }

    [Fact]
    public async Task Lookup_GarbagePackets_AreCountedAndDiscoveryWorks_S1()
    {
        var lookup = Begin();
        var random = new Random(7);
        for (var count = 0; count < 1000; count++)
        {
            var packet = new byte[random.Next(300)];
            random.NextBytes(packet);
            _link.Send(Peer.At("10.0.0.66"), FakeLink.Group, packet);
        }

        Answer(Peer.Node("a"));

        (await _time.UntilAsync(lookup)).Should().ContainSingle();
        _client.Statistics.Malformed.Should().BePositive();
    }

    private DateTimeOffset _started;

    private static DnsQuestion Question(string service) => new(Peer.Names.Service(service), DnsType.Ptr);

    private Task<IReadOnlyList<ServiceRecord>> Begin(string service = "greeter")
    {
        _started = _time.GetUtcNow();
        return _client.Registry.GetServiceAsync(service);
    }

    private void Answer(NodeRecords node, string from = "10.0.0.9", string question = "greeter") =>
        _link.Send(Peer.At(from), Peer.At("10.0.0.1", FakeTransport.QueryPort), node.Answer(Question(question), 0)!);

    private async Task<IReadOnlyList<ServiceRecord>> LookUpAsync(params NodeRecords[] nodes)
    {
        var lookup = Begin();
        foreach (var node in nodes)
        {
            Answer(node);
        }

        await _client.Transport.DrainAsync();
        return await _time.UntilAsync(lookup);
    }
}
