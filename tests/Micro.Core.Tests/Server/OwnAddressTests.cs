using System.Net;
using Micro.Testing;
using Micro.Transport.Sockets;

namespace Micro.Server;

/// <summary>Tests which address a running server registers after a network change (R31).</summary>
public sealed class OwnAddressTests
{
    private static readonly InterfaceAddress Loopback = At("lo", "127.0.0.1");
    private static readonly InterfaceAddress LinkLocal = At("eth0", "169.254.7.7");
    private static readonly InterfaceAddress First = At("eth0", "10.0.0.1");
    private static readonly InterfaceAddress Second = At("eth1", "10.0.0.2");
    private readonly CapturingLoggerFactory _logs = new();
    private IReadOnlyList<InterfaceAddress> _machine = [Loopback, First];

    [Fact]
    public void Look_InterfaceIsReplaced_LoopbackIsNeverRegistered_R31()
    {
        var changes = new List<bool>();
        using var address = Create(changes);
        address.Address.Should().Be("10.0.0.1:9000");

        // The interface goes, the new one has its address before it is up.
        foreach (IReadOnlyList<InterfaceAddress> step in new IReadOnlyList<InterfaceAddress>[] { [Loopback], [], [Loopback, LinkLocal], [Loopback, Second with { IsUp = false }] })
        {
            _machine = step;
            address.CheckAddresses();
            address.Address.Should().Be("10.0.0.1:9000");
        }

        _machine = [Loopback, Second];
        address.CheckAddresses();

        address.Address.Should().Be("10.0.0.2:9000");
        changes.Should().Equal(false, false, false, false, true);
        _logs.Entries.Where(entry => entry.Id.Name == "AddressKept").Should().ContainSingle();
    }

    [Fact]
    public void Look_StartedWithoutNetwork_TakesTheFirstRoutableAddress()
    {
        _machine = [Loopback];
        using var address = Create([]);
        address.Address.Should().Be("127.0.0.1:9000");

        _machine = [Loopback, First];
        address.CheckAddresses();

        address.Address.Should().Be("10.0.0.1:9000");
    }

    [Fact]
    public void CheckAddresses_NothingChanged_RaisesNoEvent()
    {
        var changes = new List<bool>();
        using var address = Create(changes);

        address.CheckAddresses();

        changes.Should().BeEmpty();
    }

    [Fact]
    public void Look_AdvertiseIsSet_StaysAndTheChangeIsPassedOn()
    {
        var changes = new List<bool>();
        using var address = Create(changes, "example.org:80");

        _machine = [Loopback, Second];
        address.CheckAddresses();

        address.Address.Should().Be("example.org:80");
        changes.Should().Equal(false);
    }

    private static InterfaceAddress At(string name, string address) => new(name, IPAddress.Parse(address));

    private OwnAddress Create(List<bool> changes, string? advertise = null) => new(
        new ServerOptions { Advertise = advertise, TimeProvider = new ManualTimeProvider() },
        new IPEndPoint(IPAddress.IPv6Any, 9000),
        () => _machine,
        () => 0.5,
        _logs.CreateLogger("test"))
    {
        Changed = changes.Add,
    };
}
