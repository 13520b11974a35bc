using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;
using Micro.Registry.Mdns.Tests.Fakes;
using Micro.Testing;

namespace Micro.Registry.Mdns.Tests.Responding;

/// <summary>Two processes publish one node id from two addresses: both report it, one is renamed, watchers do not alternate.</summary>
public sealed class SameIdTests : IAsyncLifetime
{
    private readonly FakeLink _link = new();
    private readonly ManualTimeProvider _time = new();
    private readonly CapturingLoggerFactory _firstLog = new();
    private readonly CapturingLoggerFactory _secondLog = new();
    private readonly FakeHost _first;
    private readonly FakeHost _second;

    public SameIdTests()
    {
        _first = new FakeHost(_link, "10.0.0.1", _time, loggers: _firstLog);
        _second = new FakeHost(_link, "10.0.0.2", _time, loggers: _secondLog);
    }

    public async Task InitializeAsync()
    {
        // A host hears the link from its first use on.
        await _first.Registry.RegisterAsync(TestRecords.Greeter("idle-1", name: "idle"), new RegisterOptions());
        await _second.Registry.RegisterAsync(TestRecords.Greeter("idle-2", name: "idle"), new RegisterOptions());
    }

    public async Task DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        _firstLog.Dispose();
        _secondLog.Dispose();
    }

    [Fact]
    public async Task Register_NameIsTaken_SecondIsRenamedAndBothReport_R21()
    {
        await RegisterAsync(_first, "10.0.0.1:9001");
        await PassAsync(TimeSpan.FromSeconds(5));
        await RegisterAsync(_second, "10.0.0.2:9002");
        await PassAsync(TimeSpan.FromSeconds(5));

        (await AddressesAsync(_first)).Should().Equal("10.0.0.1:9001", "10.0.0.2:9002");
        (await AddressesAsync(_second)).Should().Equal("10.0.0.1:9001", "10.0.0.2:9002");
        (await RegisterAsync(_first, "10.0.0.1:9001")).ConflictingAddress.Should().Be("10.0.0.2:9002");
        (await RegisterAsync(_second, "10.0.0.2:9002")).ConflictingAddress.Should().Be("10.0.0.1:9001");
        (await RegisterAsync(_second, "10.0.0.2:9002")).ConflictingAddress.Should().BeNull("it was reported");
        Events(_firstLog).Should().Equal("MdnsConflict");
        Events(_secondLog).Should().Equal("MdnsConflict", "MdnsRenamed");
        Announced("greeter-1.greeter.micro.").Should().OnlyContain(record => record.Port == 9001, "the newcomer announces another name");
    }

    [Fact]
    public async Task Register_BothAtOnce_OneKeepsTheName_R21()
    {
        await Task.WhenAll(RegisterAsync(_first, "10.0.0.1:9001"), RegisterAsync(_second, "10.0.0.2:9002"));
        await PassAsync(TimeSpan.FromSeconds(5));

        (await AddressesAsync(_first)).Should().BeEquivalentTo("10.0.0.1:9001", "10.0.0.2:9002");
        Announced("greeter-1.greeter.micro.").Select(record => record.Port).Distinct().Should().HaveCountLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task Register_ProbesAreLost_LowerAddressGivesInLater_R21()
    {
        _link.Passes = (_, _, message) => message.IsResponse || message.Authority.Count == 0;
        await RegisterAsync(_first, "10.0.0.1:9001");
        await PassAsync(TimeSpan.FromSeconds(5));
        _link.Passes = (_, _, message) => !message.IsResponse && message.Authority.Count == 0;
        await RegisterAsync(_second, "10.0.0.2:9002");
        await PassAsync(TimeSpan.FromSeconds(1));
        _link.Passes = (_, _, _) => true;
        await PassAsync(TimeSpan.FromSeconds(8));

        (await AddressesAsync(_second)).Should().BeEquivalentTo("10.0.0.1:9001", "10.0.0.2:9002");
    }

    [Fact]
    public async Task Deregister_Renamed_IsGoneAndTheOtherStays_R21()
    {
        await RegisterAsync(_first, "10.0.0.1:9001");
        await PassAsync(TimeSpan.FromSeconds(5));
        await RegisterAsync(_second, "10.0.0.2:9002");
        await PassAsync(TimeSpan.FromSeconds(5));

        await _second.Registry.DeregisterAsync(Record("10.0.0.2:9002"));
        await PassAsync(TimeSpan.FromSeconds(2));

        (await AddressesAsync(_second)).Should().Equal("10.0.0.1:9001");
    }

    [Fact]
    public async Task Register_GoPeerKeepsAnswering_IsRenamedAfterAWhile_R21()
    {
        await RegisterAsync(_first, "10.0.0.1:9001");
        await PassAsync(TimeSpan.FromSeconds(5));
        var peer = Peer.Node("greeter-1", port: 9009);

        for (var round = 0; round < 5; round++)
        {
            _link.Send(Peer.At("10.0.0.9"), FakeLink.Group, peer.Announcement());
            await PassAsync(TimeSpan.FromSeconds(1));
        }

        Events(_firstLog).Should().Equal("MdnsConflict", "MdnsRenamed");
        Announced("greeter-1.greeter.micro.").Count(record => record.Port == 9001).Should().BeLessThan(10, "it defends the name, but not for ever");
    }

    [Fact]
    public async Task Register_OwnAddressChanges_IsNoConflict_R21()
    {
        await RegisterAsync(_first, "10.0.0.1:9001");
        await PassAsync(TimeSpan.FromSeconds(1));
        (await RegisterAsync(_first, "10.0.0.1:9005")).ConflictingAddress.Should().BeNull();
        await PassAsync(TimeSpan.FromSeconds(5));

        (await RegisterAsync(_first, "10.0.0.1:9005")).ConflictingAddress.Should().BeNull();
        Events(_firstLog).Should().BeEmpty();
    }

    [Fact]
    public async Task Register_PredecessorDiedWithoutGoodbye_KeepsTheName_R21()
    {
        _link.Send(Peer.At("10.0.0.1"), FakeLink.Group, Peer.Node("greeter-1", address: "10.0.0.1", port: 9000).Announcement());
        await _first.Transport.DrainAsync();

        await RegisterAsync(_first, "10.0.0.1:9001");
        await PassAsync(TimeSpan.FromSeconds(5));

        Events(_firstLog).Should().BeEmpty();
        Announced("greeter-1.greeter.micro.").Should().Contain(record => record.Port == 9001);
    }

    private static ServiceRecord Record(string address) => TestRecords.Greeter(address: address);

    private static IEnumerable<string?> Events(CapturingLoggerFactory log) =>
        log.Entries.Select(entry => entry.Id.Name).Where(name => name is "MdnsConflict" or "MdnsRenamed");

    private static Task<Registration> RegisterAsync(FakeHost host, string address) => host.Registry.RegisterAsync(Record(address), new RegisterOptions());

    private async Task<IEnumerable<string>> AddressesAsync(FakeHost host)
    {
        await PassAsync(TimeSpan.FromSeconds(2));
        return (await _time.UntilAsync(host.Registry.GetServiceAsync("greeter"))).SelectMany(record => record.Nodes).Select(node => node.Address).ToList();
    }

    private IReadOnlyList<DnsRecord> Announced(string instance) =>
        [.. _link.Sent.Where(sent => sent.Message.IsResponse && sent.Message.Questions.Count == 0 && !sent.From.Equals(Peer.At("10.0.0.9")))
            .SelectMany(sent => sent.Message.Answers).Where(record => record.Type == DnsType.Srv && record.Ttl == NodeRecords.Ttl && record.Name == instance)];

    /// <summary>Lets time pass in steps small enough for probes, with all packets handled between them.</summary>
    private async Task PassAsync(TimeSpan length)
    {
        var step = TimeSpan.FromMilliseconds(50);
        for (var passed = TimeSpan.Zero; passed < length; passed += step)
        {
            await Task.Delay(2);
            await _first.Transport.DrainAsync();
            await _second.Transport.DrainAsync();
            _time.Advance(step);
        }
    }
}
