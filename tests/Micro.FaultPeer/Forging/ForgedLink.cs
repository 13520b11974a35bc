using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;

namespace Micro.FaultPeer.Forging;

/// <summary>Sends forged packets to the mDNS group from the protocol's port, as any host of the link can.</summary>
internal sealed class ForgedLink : IDisposable
{
    private static readonly IPEndPoint Group = new(IPAddress.Parse("224.0.0.251"), 5353);
    private const string ForgedHost = "forged.";
    private static readonly MdnsNames Names = new("micro");

    private readonly ConcurrentDictionary<string, (byte[] Packet, DnsMessage Message)> _heard = new(StringComparer.Ordinal);
    private readonly IPAddress _address;
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[PacketBudget.MaxBytes];

    public ForgedLink(string address)
    {
        _address = IPAddress.Parse(address);
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, _address.GetAddressBytes());
        _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 255);
        _socket.Bind(new IPEndPoint(IPAddress.Any, Group.Port));
        _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(Group.Address, _address));
    }

    /// <summary>Asks for a service and keeps the packets of its nodes that come within a second.</summary>
    public async Task<string> HearAsync(string service)
    {
        Send(new DnsMessage { Questions = [new DnsQuestion(Names.Service(service), DnsType.Ptr)] });
        await RepeatAsync(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(20), _ => Hear(service));
        return _heard.Count.ToString(CultureInfo.InvariantCulture);
    }

    public string Replay(int count)
    {
        for (var turn = 0; turn < count; turn++)
        {
            foreach (var (packet, _) in _heard.Values)
            {
                _socket.SendTo(packet, Group);
            }
        }

        return "sent";
    }

    /// <summary>
    /// Moves the nodes that were heard to an address, also under the names that they take meanwhile, twenty times a second each;
    /// in the second half with goodbyes in between.
    /// </summary>
    public async Task<string> ForgeAsync(string service, string address, int port, TimeSpan length)
    {
        var started = TimeProvider.System.GetTimestamp();
        await RepeatAsync(length, TimeSpan.FromMilliseconds(50), turn =>
        {
            Hear(service);
            var saysGoodbye = turn % 2 == 1 && TimeProvider.System.GetElapsedTime(started) > length / 2;
            foreach (var (instance, (_, message)) in _heard)
            {
                var node = Node(service, instance, IPAddress.Parse(address), port, message);
                Send(saysGoodbye ? node.Goodbye() : node.Announcement());
            }
        });
        return _heard.Count.ToString(CultureInfo.InvariantCulture);
    }

    public async Task<string> AnnounceAsync(string service, int count, int port, TimeSpan length)
    {
        var nodes = Enumerable.Range(0, count).Select(number => Stranger(service, $"stranger-{number}", port)).ToArray();
        await RepeatAsync(length, TimeSpan.FromMilliseconds(500), _ => Array.ForEach(nodes, node => Send(node.Announcement())));
        return "sent";
    }

    /// <summary>Announces a new node in each packet; returns how many packets left.</summary>
    public async Task<string> FloodAsync(string service, int rate, TimeSpan length)
    {
        // All are alike but for nine digits of the name.
        var node = Stranger(service, "000000000", 1);
        var packet = new byte[PacketBudget.MaxBytes];
        DnsWriter.TryWrite(node.Announcement(), packet, compress: true, out var size);
        var digits = packet.AsMemory(13, 9);
        var sent = 0;
        await RepeatAsync(length, TimeSpan.FromMilliseconds(5), _ => Burst());
        return sent.ToString(CultureInfo.InvariantCulture);

        void Burst()
        {
            for (var count = 0; count < rate / 200; count++)
            {
                sent++;
                System.Text.Encoding.ASCII.GetBytes(sent.ToString("D9", CultureInfo.InvariantCulture), digits.Span);
                _socket.SendTo(packet.AsSpan(0, size), Group);
            }
        }
    }

    /// <summary>Sends random packets and mutations of an announcement.</summary>
    public async Task<string> SendGarbageAsync(int count)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        DnsWriter.TryWrite(Stranger("faults", "garbage", 1).Announcement(), _buffer, compress: true, out var size);
        var announcement = _buffer.AsSpan(0, size).ToArray();
        for (var number = 0; number < count; number++)
        {
            var packet = number % 10 == 0 ? new byte[random.Next(1, 1400)] : (byte[])announcement.Clone();
            if (number % 10 == 0)
            {
                random.NextBytes(packet);
            }

            for (var change = random.Next(4); change >= 0; change--)
            {
                packet[random.Next(packet.Length)] = (byte)random.Next(256);
            }

            _socket.SendTo(packet.AsSpan(0, random.Next(8) == 0 ? random.Next(packet.Length) : packet.Length), Group);
            if (number % 100 == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }

        return seed.ToString(CultureInfo.InvariantCulture);
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Keeps the packets of nodes that have come; its own are passed over.</summary>
    private void Hear(string service)
    {
        var packet = new byte[DnsLimits.MaxPacketBytes];
        while (_socket.Available > 0)
        {
            var length = _socket.Receive(packet);
            if (DnsReader.TryRead(packet.AsSpan(0, length), out var message) && message.IsResponse
                && message.Answers.FirstOrDefault(record => record.Type == DnsType.Srv && record.Ttl > 0 && record.Target != ForgedHost && record.Name.EndsWith(Names.Service(service), StringComparison.Ordinal)) is { Type: DnsType.Srv } srv
                && message.Answers.Any(static record => record.Type == DnsType.Txt))
            {
                _heard[srv.Name] = (packet[..length], message);
            }
        }
    }

    private static async Task RepeatAsync(TimeSpan length, TimeSpan pause, Action<int> act)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var turn = 0; TimeProvider.System.GetElapsedTime(started) < length; turn++)
        {
            act(turn);
            var due = pause * (turn + 1);
            var ahead = due - TimeProvider.System.GetElapsedTime(started);
            if (ahead > TimeSpan.Zero)
            {
                await Task.Delay(ahead, TimeProvider.System);
            }
        }
    }

    private static NodeRecords Node(string service, string instance, IPAddress address, int port, DnsMessage genuine) => new(
        Names.Service(service), instance, ForgedHost, address, (ushort)port, genuine.Answers.First(static record => record.Type == DnsType.Txt).Text!);

    private NodeRecords Stranger(string service, string id, int port)
    {
        var payload = new TxtPayload
        {
            Service = service,
            Version = "latest",
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["protocol"] = "mucp", ["server"] = "mucp", ["transport"] = "http" },
        };
        return new NodeRecords(Names.Service(service), Names.Instance(service, id), ForgedHost, _address, (ushort)port, payload.Pack());
    }

    private void Send(DnsMessage message)
    {
        if (DnsWriter.TryWrite(message, _buffer, compress: true, out var length))
        {
            _socket.SendTo(_buffer.AsSpan(0, length), Group);
        }
    }
}
