using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;
using Micro.Registry.Mdns.Tests.Fakes;
using Micro.Testing;

namespace Micro.Registry.Mdns.Tests.Browsing;

/// <summary>Watches, with go-micro peers played by the test and standing time.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private readonly FakeLink _link = new();
    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(60));
    private readonly FakeHost _client;
    private IAsyncEnumerator<RegistryEvent>? _events;

    public WatchTests() => _client = new FakeHost(_link, "10.0.0.1", _time);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        if (_events is not null)
        {
            await _events.DisposeAsync();
        }

        _stop.Dispose();
    }

    [Fact]
    public async Task Watch_RepeatedAnnouncements_OneEvent()
    {
        await WatchAsync("greeter");
        Announce(Peer.Node("a"));
        Announce(Peer.Node("a"));
        Announce(Peer.Node("b"));

        (await NextAsync()).Service!.Nodes[0].Id.Should().Be("a");
        (await NextAsync()).Service!.Nodes[0].Id.Should().Be("b");
    }

    [Fact]
    public async Task Watch_NewVersionOfANode_ArrivesBeforeTheOldOneGoes()
    {
        await WatchAsync("greeter");
        Announce(Peer.Node("a"));
        Announce(Peer.Node("a", version: "2.0.0"));

        (await NextAsync()).Kind.Should().Be(RegistryEventKind.Create);
        var come = await NextAsync();
        var gone = await NextAsync();
        (gone.Kind, gone.Service!.Version).Should().Be((RegistryEventKind.Delete, "1.0.0"));
        (come.Kind, come.Service!.Version).Should().Be((RegistryEventKind.Create, "2.0.0"));
    }

    [Fact]
    public async Task Watch_PacketFromBeforeAChangeIsReadAfterIt_IsNotBelieved()
    {
        await WatchAsync("greeter");
        Announce(Peer.Node("a", port: 9001));
        Announce(Peer.Node("a", port: 9002));
        Announce(Peer.Node("a", port: 9001));
        Announce(Peer.Node("b"));

        (await NextAsync()).Service!.Nodes[0].Address.Should().Be("10.0.0.9:9001");
        (await NextAsync()).Service!.Nodes[0].Address.Should().Be("10.0.0.9:9002");
        (await NextAsync()).Service!.Nodes[0].Id.Should().Be("b");
    }

    [Fact]
    public async Task Watch_NodeSaysItsOldSelfAgain_IsBelievedWhenItAnnouncesAgain()
    {
        await WatchAsync("greeter");
        Announce(Peer.Node("a", port: 9001));
        Announce(Peer.Node("a", port: 9002));
        Announce(Peer.Node("a", port: 9001));
        await _client.Transport.DrainAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        Announce(Peer.Node("a", port: 9001));

        var ports = new List<string>();
        while (ports.Count < 3)
        {
            ports.Add((await NextAsync()).Service!.Nodes[0].Address);
        }

        ports.Should().Equal("10.0.0.9:9001", "10.0.0.9:9002", "10.0.0.9:9001");
    }

    [Fact]
    public async Task Watch_PeerCrashes_DeleteWhenItsTtlIsOver_R_MDNS_4()
    {
        await WatchAsync("greeter");
        Announce(Peer.Node("a"));
        (await NextAsync()).Kind.Should().Be(RegistryEventKind.Create);
        var heard = _time.GetUtcNow();

        var gone = await NextAsync(stepMilliseconds: 500);

        gone.Should().Be(RegistryEvent.Delete(gone.Service!));
        (_time.GetUtcNow() - heard).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task Watch_PeerAnswersRefreshQuestions_StaysAlive_R_MDNS_4()
    {
        await using var server = new FakeHost(_link, "10.0.0.2", _time);
        await server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await WatchAsync("greeter", isThere: true);
        var next = NextAsync(stepMilliseconds: 500);
        var end = _time.GetUtcNow() + TimeSpan.FromMinutes(10);

        await Eventually.TrueAsync(() => next.IsCompleted || _time.GetUtcNow() > end, "ten minutes", seconds: 120);

        next.IsCompleted.Should().BeFalse("the node answered every question");
        Questions("greeter.micro.").Should().BeInRange(6, 30, "R26: an idle link is quiet");

        server.Transport.CanSend = false;
        _link.Unplug(server.Transport);
        (await next).Kind.Should().Be(RegistryEventKind.Delete);
    }

    [Fact]
    public async Task Watch_GoodbyeFromTheNode_DeleteAtOnce()
    {
        await WatchAsync("greeter");
        Announce(Peer.Node("a"));
        (await NextAsync()).Kind.Should().Be(RegistryEventKind.Create);

        Goodbye(Peer.Node("a"));

        (await NextAsync()).Kind.Should().Be(RegistryEventKind.Delete);
    }

    [Fact]
    public async Task Watch_ForgedGoodbye_NodeThatAnswersStays_S5()
    {
        await using var server = new FakeHost(_link, "10.0.0.2", _time);
        await server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await WatchAsync("greeter", isThere: true);

        Goodbye(Peer.Node("greeter-1"), from: "10.0.0.66");
        await _client.Transport.DrainAsync();
        Questions("greeter-1.greeter.micro.", DnsType.Any).Should().Be(1);
        var next = NextAsync(stepMilliseconds: 100);
        var end = _time.GetUtcNow() + TimeSpan.FromSeconds(20);
        await Eventually.TrueAsync(() => next.IsCompleted || _time.GetUtcNow() > end, "twenty seconds", seconds: 120);

        next.IsCompleted.Should().BeFalse();
        await server.Registry.DeregisterAsync(TestRecords.Greeter());
        (await next).Kind.Should().Be(RegistryEventKind.Delete);
    }

    [Fact]
    public async Task Watch_ForgedGoodbye_SilentNodeGoes_S5()
    {
        await WatchAsync("greeter");
        Announce(Peer.Node("a"));
        (await NextAsync()).Kind.Should().Be(RegistryEventKind.Create);
        var heard = _time.GetUtcNow();

        Goodbye(Peer.Node("a"), from: "10.0.0.66");

        (await NextAsync(stepMilliseconds: 100)).Kind.Should().Be(RegistryEventKind.Delete);
        (_time.GetUtcNow() - heard).Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Watch_StrangerChangesANode_IsNotBelieved_S5()
    {
        await using var server = new FakeHost(_link, "10.0.0.2", _time);
        await server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await WatchAsync("greeter", isThere: true);

        Announce(Peer.Node("greeter-1", address: "10.0.0.66"), from: "10.0.0.66");
        await _client.Transport.DrainAsync();
        Announce(Peer.Node("other"));

        (await NextAsync()).Service!.Nodes[0].Id.Should().Be("other");
    }

    [Fact]
    public async Task Watch_PacketsAreReplayed_ReplayerHasNoSay_S5()
    {
        await using var server = new FakeHost(_link, "10.0.0.2", _time);
        await server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await WatchAsync("greeter", isThere: true);
        var genuine = _link.Sent.Last(static sent => sent.From.Address.ToString() == "10.0.0.2" && sent.Message.Answers.Any(static record => record.Type == DnsType.Srv)).Message;
        for (var count = 0; count < 10; count++)
        {
            _link.Send(Peer.At("10.0.0.66"), FakeLink.Group, genuine);
        }

        Announce(Peer.Node("greeter-1", address: "10.0.0.66"), from: "10.0.0.66");
        Goodbye(Peer.Node("greeter-1"), from: "10.0.0.66");
        await _client.Transport.DrainAsync();
        Announce(Peer.Node("other"));

        (await NextAsync()).Service!.Nodes[0].Id.Should().Be("other");
    }

    [Fact]
    public async Task Watch_ReplayerIsHeardBeforeTheNode_NodeHasTheSay_S5()
    {
        await WatchAsync("greeter");
        Announce(Peer.Node("a"), from: "10.0.0.66");
        Announce(Peer.Node("a"));
        Announce(Peer.Node("a", port: 6666), from: "10.0.0.66");
        Announce(Peer.Node("a", port: 9002));

        (await NextAsync()).Service!.Nodes[0].Address.Should().Be("10.0.0.9:9001");
        (await NextAsync()).Service!.Nodes[0].Address.Should().Be("10.0.0.9:9002");
    }

    [Fact]
    public async Task Watch_ContradictedAgainAndAgain_NodeThatAnswersOncePerSecondStays_S5()
    {
        await using var server = new FakeHost(_link, "10.0.0.2", _time);
        await server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await WatchAsync("greeter", isThere: true);
        var next = _events!.MoveNextAsync().AsTask();

        // As a node of go-micro: it answers, but does not contradict.
        _link.Passes = static (from, _, message) => from.Address.ToString() != "10.0.0.2" || !message.IsResponse || message.Questions.Count > 0;
        for (var count = 0; count < 500; count++)
        {
            Goodbye(Peer.Node("greeter-1"), from: "10.0.0.66");
            await _client.Transport.DrainAsync();
            await server.Transport.DrainAsync();
            await _client.Transport.DrainAsync();
            _time.Advance(TimeSpan.FromMilliseconds(20));
        }

        next.IsCompleted.Should().BeFalse("the node lives");
        Questions("greeter-1.greeter.micro.", DnsType.Any).Should().BeInRange(5, 11, "not more than one each 1.1 s");
        _link.Passes = static (_, _, _) => true;
        await server.Registry.DeregisterAsync(TestRecords.Greeter());
        await next;
    }

    [Fact]
    public async Task Watch_SourceIsSpentLaterOn_NodesOfBeforeStay_S4()
    {
        await WatchAsync("greeter");
        Announce(Peer.Node("genuine"));
        (await NextAsync()).Service!.Nodes[0].Id.Should().Be("genuine");
        await _client.Transport.DrainAsync();
        for (var second = 0; second < 61; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        for (var index = 0; index < 300; index++)
        {
            // In the name of the genuine node's machine.
            Announce(Peer.Node($"flood-{index}"));
        }

        await _client.Transport.DrainAsync();
        Announce(Peer.Node("genuine", port: 9002));

        var alive = new HashSet<string>();
        RegistryEvent change;
        do
        {
            change = await NextAsync();
            var id = change.Service!.Nodes[0].Id;
            _ = change.Kind == RegistryEventKind.Delete ? alive.Remove(id) : alive.Add(id);
        }
        while (change.Kind != RegistryEventKind.Update);

        change.Service!.Nodes[0].Address.Should().Be("10.0.0.9:9002");
        alive.Should().BeEquivalentTo(["genuine"]);
    }

    [Fact]
    public async Task Watch_SlowReader_GetsTheDifference_R_REG_18()
    {
        await WatchAsync("greeter");
        for (var index = 0; index < 1500; index++)
        {
            Announce(Peer.Node("first"));
            Goodbye(Peer.Node("first"));
        }

        Announce(Peer.Node("last"));
        await _client.Transport.DrainAsync();
        var events = new List<RegistryEvent>();
        do
        {
            events.Add(await NextAsync());
        }
        while (events[^1].Service!.Nodes[0].Id != "last");

        events.Should().HaveCountLessThan(1100);
        var alive = new HashSet<string>();
        foreach (var change in events)
        {
            _ = change.Kind == RegistryEventKind.Delete ? alive.Remove(change.Service!.Nodes[0].Id) : alive.Add(change.Service!.Nodes[0].Id);
        }

        alive.Should().Equal("last");
    }

    [Fact]
    public async Task Watch_Cancelled_EndsWithCancellation()
    {
        await WatchAsync("greeter");
        var next = _events!.MoveNextAsync().AsTask();

        await _stop.CancelAsync();

        var wait = () => next;
        await wait.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Watch_NothingCanBeSent_Throws_R_MDNS_7()
    {
        await using var client = new FakeHost(_link, "10.0.0.3", _time);
        client.Transport.CanSend = false;

        var events = client.Registry.WatchAsync("greeter").GetAsyncEnumerator();

        var move = async () => await events.MoveNextAsync();
        await move.Should().ThrowAsync<RegistryUnavailableException>();
    }

    private async Task WatchAsync(string? service, bool isThere = false)
    {
        _events = _client.Registry.WatchAsync(service, _stop.Token).GetAsyncEnumerator();
        if (isThere)
        {
            (await NextAsync()).Kind.Should().Be(RegistryEventKind.Create);
        }

        (await NextAsync()).Should().Be(RegistryEvent.Synchronized);
    }

    private Task<RegistryEvent> NextAsync(int stepMilliseconds = 10) => _time.NextAsync(_events!, stepMilliseconds);

    private void Announce(NodeRecords node, string from = "10.0.0.9") => _link.Send(Peer.At(from), FakeLink.Group, node.Announcement());

    private void Goodbye(NodeRecords node, string from = "10.0.0.9") => _link.Send(Peer.At(from), FakeLink.Group, node.Goodbye());

    private int Questions(string name, DnsType type = DnsType.Ptr) =>
        _link.Sent.Count(sent => sent.From.Port == FakeTransport.QueryPort && sent.Message.Questions.Any(question => question.Name == name && question.Type == type));
}
