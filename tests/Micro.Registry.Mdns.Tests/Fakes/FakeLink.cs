using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Transport;

namespace Micro.Registry.Mdns.Tests.Fakes;

/// <summary>A link in memory: group packets reach every host including the sender, unicast reaches one. Counts all packets.</summary>
internal sealed class FakeLink
{
    public static readonly IPEndPoint Group = new(IPAddress.Parse("224.0.0.251"), 5353);

    private readonly Lock _gate = new();
    private readonly List<FakeTransport> _hosts = [];
    private readonly List<(IPEndPoint From, IPEndPoint To, byte[] Packet)> _sent = [];

    /// <summary>When set, packets for which it is false are lost.</summary>
    public Func<IPEndPoint, IPEndPoint, DnsMessage, bool> Passes { get; set; } = (_, _, _) => true;

    /// <summary>Everything that was sent, decoded.</summary>
    public IReadOnlyList<(IPEndPoint From, IPEndPoint To, DnsMessage Message)> Sent
    {
        get
        {
            lock (_gate)
            {
                return [.. _sent.Select(sent => (sent.From, sent.To, Decode(sent.Packet)))];
            }
        }
    }

    public FakeTransport Host(string address)
    {
        var host = new FakeTransport(this, IPAddress.Parse(address));
        lock (_gate)
        {
            _hosts.Add(host);
        }

        return host;
    }

    public void Unplug(FakeTransport host)
    {
        lock (_gate)
        {
            _hosts.Remove(host);
        }
    }

    /// <summary>Sends a packet of a peer that the test plays.</summary>
    public void Send(IPEndPoint from, IPEndPoint to, DnsMessage message)
    {
        var buffer = new byte[DnsLimits.MaxPacketBytes];
        DnsWriter.TryWrite(message, buffer, compress: true, out var length).Should().BeTrue();
        Send(from, to, buffer[..length]);
    }

    public void Send(IPEndPoint from, IPEndPoint to, byte[] packet)
    {
        FakeTransport[] receivers;
        lock (_gate)
        {
            _sent.Add((from, to, packet));
            receivers = [.. _hosts.Where(host => to.Equals(Group) || host.Owns(to))];
        }

        if (!DnsReader.TryRead(packet, out var message) || Passes(from, to, message))
        {
            Array.ForEach(receivers, host => host.Deliver(packet, from));
        }
    }

    private static DnsMessage Decode(byte[] packet) => DnsReader.TryRead(packet, out var message) ? message : new DnsMessage { Flags = 0x0800 };
}

/// <summary>
/// One host on a <see cref="FakeLink"/>, with its receive loop. Every packet that it sends is read by a DNS codec of another
/// maker too, which must see the same; a difference fails the test when the host is disposed.
/// </summary>
internal sealed class FakeTransport(FakeLink link, IPAddress address) : IMdnsTransport
{
    public const int QueryPort = 40000;

    private readonly Channel<(byte[] Packet, IPEndPoint From)> _inbox = Channel.CreateUnbounded<(byte[], IPEndPoint)>();
    private readonly ConcurrentQueue<string> _misread = [];
    private Task _loop = Task.CompletedTask;
    private int _pending;

    public bool CanSend { get; set; } = true;

    public IMdnsReceiver Receiver { get; private set; } = null!;

    public void Start(IMdnsReceiver receiver)
    {
        Receiver = receiver;
        _loop = Task.Run(async () =>
        {
            await foreach (var (packet, from) in _inbox.Reader.ReadAllAsync())
            {
                receiver.OnPacket(packet, from);
                Interlocked.Decrement(ref _pending);
            }
        });
    }

    public bool SendToGroup(ReadOnlySpan<byte> packet, MdnsChannel channel)
    {
        if (CanSend)
        {
            Compare(packet.ToArray());
            link.Send(new IPEndPoint(address, channel == MdnsChannel.Query ? QueryPort : 5353), FakeLink.Group, packet.ToArray());
        }

        return CanSend;
    }

    public bool SendTo(ReadOnlySpan<byte> packet, IPEndPoint to)
    {
        Compare(packet.ToArray());
        link.Send(new IPEndPoint(address, 5353), to, packet.ToArray());
        return true;
    }

    public bool IsOwn(IPAddress candidate) => candidate.Equals(address);

    public bool Owns(IPEndPoint to) => to.Address.Equals(address) && to.Port is QueryPort or 5353;

    public void Deliver(byte[] packet, IPEndPoint from)
    {
        Interlocked.Increment(ref _pending);
        _inbox.Writer.TryWrite((packet, from));
    }

    /// <summary>Waits until everything delivered has been handled.</summary>
    public Task DrainAsync() => Micro.Testing.Eventually.TrueAsync(() => Volatile.Read(ref _pending) == 0, "all packets handled");

    public async ValueTask DisposeAsync()
    {
        link.Unplug(this);
        _inbox.Writer.TryComplete();
        await _loop;
        _misread.Should().BeEmpty("another codec reads our packets as we do");
    }

    private void Compare(byte[] packet)
    {
        DnsReader.TryRead(packet, out var message).Should().BeTrue();
        var (ours, others) = (IndependentCodec.Describe(message), IndependentCodec.Describe(packet));
        if (!ours.SequenceEqual(others))
        {
            _misread.Enqueue($"{string.Join(" | ", ours)} is {string.Join(" | ", others)} to the other codec");
        }
    }
}
