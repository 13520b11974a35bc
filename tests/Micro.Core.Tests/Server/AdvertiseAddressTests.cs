using System.Net;
using Micro.Transport.Sockets;

namespace Micro.Server;

public sealed class AdvertiseAddressTests
{
    private static readonly InterfaceAddress Loopback = At("lo", "127.0.0.1");
    private static readonly InterfaceAddress LoopbackIPv6 = At("lo", "::1");
    private static readonly InterfaceAddress LinkLocal = At("eth9", "169.254.7.7");
    private static readonly InterfaceAddress LinkLocalIPv6 = At("eth9", "fe80::1%3");
    private static readonly InterfaceAddress Private = At("eth1", "192.168.1.5");
    private static readonly InterfaceAddress PrivateWithRoute = At("eth2", "10.0.0.7", hasGateway: true);
    private static readonly InterfaceAddress PrivateIPv6 = At("eth1", "fd00::5");
    private static readonly InterfaceAddress Public = At("eth3", "203.0.113.9", hasGateway: true);
    private static readonly InterfaceAddress Bridge = At("docker0", "172.17.0.1");
    private static readonly InterfaceAddress Down = new("eth4", IPAddress.Parse("10.9.9.9"), IsUp: false);

    [Theory]
    [InlineData("example.org:8080", "example.org:8080")]
    [InlineData("example.org", "example.org:9000")]
    [InlineData("10.1.2.3", "10.1.2.3:9000")]
    [InlineData("[fd00::7]:81", "[fd00::7]:81")]
    [InlineData("[fd00::7]", "[fd00::7]:9000")]
    public void Choose_Advertise_IsTakenWithTheListeningPortIfItHasNone_R_SRV_2(string advertise, string expected) =>
        Choose(new ServerOptions { Advertise = advertise }, "", Private).Address.Should().Be(expected);

    [Fact]
    public void Choose_AdvertiseAnyHost_KeepsItsPort() =>
        Choose(new ServerOptions { Advertise = "0.0.0.0:7000" }, "", Private).Address.Should().Be("192.168.1.5:7000");

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:9000")]
    [InlineData("fd00::9", "[fd00::9]:9000")]
    [InlineData("myhost", "myhost:9000")]
    public void Choose_ListensOnOneHost_UsesIt(string host, string expected) =>
        Choose(new ServerOptions(), host, Private).Address.Should().Be(expected);

    [Fact]
    public void Choose_HostName_IsTakenWhenAskedFor() =>
        Choose(new ServerOptions { AdvertiseHostName = true }, "", Private).Address.Should().Be("machine:9000");

    [Fact]
    public void Choose_Order_PrivatePublicBridgeLoopbackLinkLocal()
    {
        InterfaceAddress[] ranked = [Private, Public, Bridge, Loopback, LinkLocal];
        for (var skip = 0; skip < ranked.Length; skip++)
        {
            InterfaceAddress[] rest = [Down, .. ranked.Skip(skip).Reverse()];
            Choose(new ServerOptions(), "", rest).Address.Should().Be($"{ranked[skip].Address}:9000");
        }
    }

    [Fact]
    public void Choose_PublicIPv4AndUniqueLocalIPv6_TakesThePublicOne_R25()
    {
        Choose(new ServerOptions(), "", PrivateIPv6, Public).Address.Should().Be("203.0.113.9:9000");
        Choose(new ServerOptions(), "", PrivateIPv6, At("eth5", "2001:db8::9")).Address.Should().Be("[2001:db8::9]:9000");
        Choose(new ServerOptions(), "", Bridge, PrivateIPv6).Address.Should().Be("[fd00::5]:9000");
    }

    [Fact]
    public void Choose_DefaultRoute_WinsWithinARank() =>
        Choose(new ServerOptions(), "", Private, PrivateWithRoute).Should()
            .Be(new AdvertisedAddress("10.0.0.7:9000", "private address of eth2 with the default route"));

    [Fact]
    public void Choose_IPv4_WinsOnEqualRank() =>
        Choose(new ServerOptions(), "::", PrivateIPv6, Private).Address.Should().Be("192.168.1.5:9000");

    [Fact]
    public void Choose_OnlyIPv6_IsBracketedOnce() =>
        Choose(new ServerOptions(), "::", LoopbackIPv6, LinkLocalIPv6, PrivateIPv6).Address.Should().Be("[fd00::5]:9000");

    [Fact]
    public void Choose_OnlyLinkLocalIPv6_HasNoZone() =>
        Choose(new ServerOptions(), "", LinkLocalIPv6).Address.Should().Be("[fe80::1]:9000");

    [Fact]
    public void Choose_MappedIPv4_IsWrittenAsIPv4() =>
        Choose(new ServerOptions(), "", At("eth0", "::ffff:10.0.0.8")).Address.Should().Be("10.0.0.8:9000");

    [Fact]
    public void Choose_ListensOnIPv4Only_NeverTakesIPv6() =>
        Choose(new ServerOptions(), "0.0.0.0", PrivateIPv6, Loopback).Address.Should().Be("127.0.0.1:9000");

    [Fact]
    public void Choose_PreferredNetworks_InTheirOrder()
    {
        var options = new ServerOptions();
        options.PreferredNetworks.Add(IPNetwork.Parse("100.64.0.0/10"));
        options.PreferredNetworks.Add(IPNetwork.Parse("172.17.0.0/16"));
        options.PreferredNetworks.Add(IPNetwork.Parse("10.0.0.0/8"));

        var choice = Choose(options, "", PrivateWithRoute, Bridge, Public);

        choice.Should().Be(new AdvertisedAddress("172.17.0.1:9000", "docker0 is in the preferred network 172.17.0.0/16"));
    }

    [Fact]
    public void Choose_PreferredNetworksMatchNothing_ReasonReportsIt()
    {
        var options = new ServerOptions();
        options.PreferredNetworks.Add(IPNetwork.Parse("100.64.0.0/10"));

        Choose(options, "", Private).Reason.Should().EndWith("no address is in a preferred network");
    }

    [Fact]
    public void Choose_NoAddress_Throws() =>
        FluentActions.Invoking(() => Choose(new ServerOptions(), "", Down)).Should()
            .Throw<InvalidOperationException>().WithMessage("no IP address found*");

    [Theory]
    [InlineData("a:b:c")]
    [InlineData("host:99999")]
    [InlineData("[10.0.0.1]")]
    [InlineData(":8080")]
    [InlineData("two words")]
    public void Check_Nonsense_IsRefused(string text) => AdvertiseAddress.Check(text).Should().NotBeNull();

    [Fact]
    public void Read_ThisMachine_HasLoopback() =>
        InterfaceAddresses.Read().Should().Contain(address => IPAddress.IsLoopback(address.Address));

    private static InterfaceAddress At(string name, string address, bool hasGateway = false) =>
        new(name, IPAddress.Parse(address), IsUp: true, hasGateway);

    private static AdvertisedAddress Choose(ServerOptions options, string listenHost, params InterfaceAddress[] candidates) =>
        AdvertiseAddress.Choose(options, listenHost, 9000, () => candidates, static () => "machine");
}
