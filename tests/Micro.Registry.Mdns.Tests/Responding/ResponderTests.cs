using System.Net;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Responding;
using Micro.Registry.Mdns.Tests.Fakes;
using Micro.Testing;

namespace Micro.Registry.Mdns.Tests.Responding;

public sealed class ResponderTests : IAsyncLifetime
{
    private static readonly DnsQuestion Greeter = new("greeter.micro.", DnsType.Ptr);

    private readonly FakeLink _link = new();
    private readonly ManualTimeProvider _time = new();
    private readonly FakeHost _server;

    public ResponderTests() => _server = new FakeHost(_link, "10.0.0.1", _time);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Register_NewNode_ProbesAndAnnouncesThreeTimes()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());

        await _time.UntilAsync(() => Announcements(120).Count == 3, stepMilliseconds: 50);

        var probes = _link.Sent.Where(sent => !sent.Message.IsResponse).ToArray();
        probes.Should().HaveCount(3).And.OnlyContain(sent => sent.Message.Authority.Count == 3 && sent.Message.Questions[0].Type == DnsType.Any && sent.From.Port == 5353);
        probes.Select(sent => sent.Message.Id).Distinct().Should().HaveCount(1);
        Announcements(120).Should().OnlyContain(message => message.Answers.Count == 3 && message.Questions.Count == 0);
    }

    [Fact]
    public async Task Register_SameAgain_NoTraffic_R_MDNS_5()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await _time.UntilAsync(() => Announcements(120).Count == 3, stepMilliseconds: 50);
        var before = _link.Sent.Count;

        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions { Ttl = TimeSpan.FromSeconds(60) });
        await PassAsync(TimeSpan.FromSeconds(10));

        _link.Sent.Should().HaveCount(before);
    }

    [Fact]
    public async Task Register_Changed_AnnouncesWithoutProbing_R_MDNS_5()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await _time.UntilAsync(() => Announcements(120).Count == 3, stepMilliseconds: 50);

        await _server.Registry.RegisterAsync(TestRecords.Greeter(address: "127.0.0.1:9777"), new RegisterOptions());
        await _time.UntilAsync(() => Announcements(120).Count == 6, stepMilliseconds: 50);

        Announcements(120).Skip(3).Should().OnlyContain(message => message.Answers[0].Port == 9777);
        _link.Sent.Count(sent => !sent.Message.IsResponse).Should().Be(3);
    }

    [Fact]
    public async Task Query_FromGo_IsAnsweredByUnicastFromThePort()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());

        var answers = await AskAsync(Peer.At("10.0.0.9", 50123), Greeter);

        var answer = answers.Should().ContainSingle().Subject;
        answer.From.Should().Be(Peer.At("10.0.0.1"));
        answer.Message.Id.Should().Be(0);
        answer.Message.Questions.Should().Equal(Greeter);
        answer.Message.Answers.Select(record => record.Type).Should().Equal(DnsType.Ptr, DnsType.Srv, DnsType.A, DnsType.Txt);
    }

    [Fact]
    public async Task Query_UnicastWanted_HasTheQuerysId()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());

        var answers = await AskAsync(Peer.At("10.0.0.9", 50123), Greeter with { Class = 0x8001 }, id: 99);

        answers.Should().ContainSingle().Which.Message.Id.Should().Be(99);
    }

    [Fact]
    public async Task Query_TwoNodes_OnePacketEach()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter("a"), new RegisterOptions());
        await _server.Registry.RegisterAsync(TestRecords.Greeter("b"), new RegisterOptions());

        (await AskAsync(Peer.At("10.0.0.9", 50123), Greeter)).Should().HaveCount(2);
    }

    [Fact]
    public async Task Query_Repeated_IsAnsweredOncePerSecondAndQuestion_S6()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        var asker = Peer.At("10.0.0.9", 50123);

        (await AskAsync(asker, Greeter)).Should().HaveCount(1);
        (await AskAsync(asker, Greeter)).Should().BeEmpty();
        (await AskAsync(asker, Greeter with { Type = DnsType.Any })).Should().HaveCount(1);
        (await AskAsync(Peer.At("10.0.0.9", 50124), Greeter)).Should().HaveCount(1, "another Go peer on the same host");
        _time.Advance(TimeSpan.FromSeconds(1));
        (await AskAsync(asker, Greeter)).Should().HaveCount(1);
        _server.Statistics.Limited.Should().Be(1);
    }

    [Fact]
    public void Limiter_FloodOfPorts_IsBounded_S6()
    {
        var limiter = new AnswerLimiter(_time);
        var taken = Enumerable.Range(1, 60_000).Count(port => limiter.TryTake(Peer.At("10.0.0.66", port), Greeter));

        taken.Should().Be(AnswerLimiter.MaxEntries);
        _time.Advance(TimeSpan.FromSeconds(1));
        limiter.TryTake(Peer.At("10.0.0.9", 1), Greeter).Should().BeTrue();
    }

    [Fact]
    public async Task Query_KnownAnswer_IsSuppressed()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        var known = DnsRecord.Pointer("greeter.micro.", "greeter-1.greeter.micro.", 100);

        (await AskAsync(Peer.At("10.0.0.9", 50123), Greeter, known: [known])).Should().BeEmpty();
        (await AskAsync(Peer.At("10.0.0.9", 50123), Greeter, known: [known with { Ttl = 10 }])).Should().HaveCount(1);
    }

    [Theory]
    [InlineData("greeter-1.greeter.micro.", DnsType.Any, 3)]
    [InlineData("greeter-1.greeter.micro.", DnsType.Srv, 3)]
    [InlineData("greeter-1.greeter.micro.", DnsType.Txt, 1)]
    [InlineData("greeter-1.greeter.micro.", DnsType.A, 1)]
    [InlineData("_services.micro.", DnsType.Ptr, 4)]
    [InlineData("other.micro.", DnsType.Ptr, 0)]
    [InlineData("greeter.micro.", DnsType.Srv, 0)]
    public async Task Query_OtherQuestions_AreAnsweredAsGoDoes(string name, object type, int records)
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());

        var answers = await AskAsync(Peer.At("10.0.0.9", 50123), new DnsQuestion(name, (DnsType)type));

        answers.Sum(answer => answer.Message.Answers.Count).Should().Be(records);
    }

    [Fact]
    public async Task Deregister_Node_SaysGoodbyeTwiceAndIsSilent_D11()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await _time.UntilAsync(() => Announcements(120).Count == 3, stepMilliseconds: 50);

        await _server.Registry.DeregisterAsync(TestRecords.Greeter());
        await _time.UntilAsync(() => Announcements(0).Count == 2, stepMilliseconds: 50);

        (await AskAsync(Peer.At("10.0.0.9", 50123), Greeter)).Should().BeEmpty();
        (await AskAsync(Peer.At("10.0.0.9", 50123), new DnsQuestion("_services.micro.", DnsType.Ptr))).Should().BeEmpty();
    }

    [Fact]
    public async Task Deregister_ThenRegisterAgain_NoSecondGoodbye()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await _server.Registry.DeregisterAsync(TestRecords.Greeter());
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await _time.UntilAsync(() => Announcements(120).Count == 3, stepMilliseconds: 50);

        Announcements(0).Should().HaveCount(1);
    }

    [Fact]
    public async Task Deregister_Unknown_IsNoErrorAndNoTraffic_R_REG_13()
    {
        await _server.Registry.DeregisterAsync(TestRecords.Greeter());

        _link.Sent.Should().BeEmpty();
    }

    [Fact]
    public async Task Response_GoodbyeInTheNameOfANode_IsContradictedAtOnceAndOncePerGap_S5()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await _time.UntilAsync(() => Announcements(120).Count == 3, stepMilliseconds: 50);
        var before = Announcements(120).Count;

        for (var count = 0; count < 50; count++)
        {
            _link.Send(Peer.At("10.0.0.66"), FakeLink.Group, Peer.Node("greeter-1").Goodbye());
        }

        await _server.Transport.DrainAsync();
        (Announcements(120).Count - before).Should().Be(1);
        await _time.UntilAsync(() => Announcements(120).Count - before == 2, stepMilliseconds: 50);
        await PassAsync(TimeSpan.FromSeconds(5));
        (Announcements(120).Count - before).Should().Be(2);
    }

    [Fact]
    public async Task InterfacesChanged_NodesAreAnnouncedAgain()
    {
        await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        await _time.UntilAsync(() => Announcements(120).Count == 3, stepMilliseconds: 50);

        _server.Transport.Receiver.OnInterfacesChanged();

        await _time.UntilAsync(() => Announcements(120).Count == 6, stepMilliseconds: 50);
    }

    [Fact]
    public async Task Dispose_Registration_LostFires()
    {
        var registration = await _server.Registry.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        registration.Lost.IsCancellationRequested.Should().BeFalse();

        await _server.DisposeAsync();

        registration.Lost.IsCancellationRequested.Should().BeTrue();
        Announcements(0).Should().HaveCount(2);
    }

    private async Task<IReadOnlyList<(IPEndPoint From, IPEndPoint To, DnsMessage Message)>> AskAsync(
        IPEndPoint asker, DnsQuestion question, ushort id = 4711, IReadOnlyList<DnsRecord>? known = null)
    {
        var before = _link.Sent.Count;
        _link.Send(asker, FakeLink.Group, new DnsMessage { Id = id, Questions = [question], Answers = known ?? [] });
        await _server.Transport.DrainAsync();
        return [.. _link.Sent.Skip(before).Where(sent => sent.To.Equals(asker))];
    }

    private List<DnsMessage> Announcements(uint ttl) =>
        [.. _link.Sent.Select(sent => sent.Message).Where(message => message.Flags == DnsMessage.ResponseFlag && message.Answers[0].Ttl == ttl)];

    private async Task PassAsync(TimeSpan time)
    {
        var end = _time.GetUtcNow() + time;
        await _time.UntilAsync(() => _time.GetUtcNow() >= end, stepMilliseconds: 100);
    }
}
