using System.Net;

namespace Micro.Server.Peers;

public sealed class PeerTableTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public void Enter_TwoAddresses_AreOnePeerOrTwo(string first, string second, bool isOne)
    {
        var table = new PeerTable(10);

        var peers = (Enter(table, first), Enter(table, second));

        ReferenceEquals(peers.Item1, peers.Item2).Should().Be(isOne);
    }

    [Fact]
    public void Enter_TooManyConnections_IsRefusedUntilOneEnds()
    {
        var table = new PeerTable(2);
        var peer = Enter(table, "10.0.0.1")!;
        Enter(table, "10.0.0.1").Should().BeSameAs(peer);

        Enter(table, "10.0.0.1").Should().BeNull();
        Enter(table, "10.0.0.2").Should().NotBeNull("another address has connections of its own");
        table.Leave(peer);

        Enter(table, "10.0.0.1").Should().BeSameAs(peer);
    }

    [Fact]
    public void Leave_LastConnection_ForgetsThePeer()
    {
        var table = new PeerTable(2);
        var peer = Enter(table, "10.0.0.1")!;
        table.Leave(peer);

        Enter(table, "10.0.0.1").Should().NotBeSameAs(peer);
    }

    [Fact]
    public void Slots_OfOnePeer_LeaveTheOthersTheirs()
    {
        var slots = new SlotBudget("calls", total: 4, perPeer: 2, static peer => ref peer.Calls);
        var (first, second, third) = (new Peer("first"), new Peer("second"), new Peer("third"));

        new[] { slots.TryTake(first), slots.TryTake(first), slots.TryTake(first) }.Should().Equal(true, true, false);
        new[] { slots.TryTake(second), slots.TryTake(second), slots.TryTake(third) }.Should().Equal(true, true, false);
        slots.Return(first);

        slots.TryTake(third).Should().BeTrue();
        slots.Used.Should().Be(4);
    }

    private static Peer? Enter(PeerTable table, string address) => table.Enter(new IPEndPoint(IPAddress.Parse(address), 1000));
}
