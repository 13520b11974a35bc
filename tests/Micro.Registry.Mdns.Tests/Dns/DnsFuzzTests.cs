using Micro.Registry.Mdns.Browsing;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;
using Xunit.Abstractions;

namespace Micro.Registry.Mdns.Tests.Dns;

/// <summary>Random and mutated packets: nothing escapes, and what is read can be written and read again (S1).</summary>
public sealed class DnsFuzzTests(ITestOutputHelper output)
{
    private const int Packets = 100_000;

    private static readonly byte[] Magic = [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff];

    [Fact]
    public void Read_MutatedPackets_NeverThrows_S1()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var seeds = Recording.All.Select(recording => recording.Bytes).ToArray();
        var readable = 0;

        for (var count = 0; count < Packets; count++)
        {
            var packet = count % 10 == 0 ? RandomPacket(random) : Mutate(random, seeds);
            if (DnsReader.TryRead(packet, out var message))
            {
                readable++;
                Use(message);
            }
        }

        output.WriteLine($"{readable} of {Packets} were readable");
        readable.Should().BeGreaterThan(Packets / 100, "the mutations must reach beyond the header");
    }

    [Fact]
    public void Unpack_MutatedPayloads_NeverThrows_S3()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        DnsReader.TryRead(Recording.Load("06-get-response-1-node.bin").Bytes, out var message).Should().BeTrue();
        var text = message.Answers[3].Text!;
        var json = TxtPayload.TryUnpack(text, out var payload, out _) ? payload.ToJson() : throw new InvalidOperationException();

        for (var count = 0; count < 5_000; count++)
        {
            _ = TxtPayload.TryUnpack(Mutate(random, [text]), out _, out _);
            var packed = RecordCompression.Pack(Mutate(random, [json]));
            _ = TxtPayload.TryUnpack(System.Text.Encoding.ASCII.GetBytes(packed), out _, out _);
        }
    }

    private static void Use(DnsMessage message)
    {
        var buffer = new byte[DnsLimits.MaxPacketBytes];
        if (DnsWriter.TryWrite(message, buffer, compress: false, out var length))
        {
            DnsReader.TryRead(buffer.AsSpan(0, length), out var again).Should().BeTrue();
            again.Questions.Should().Equal(message.Questions);
            again.Answers.Count.Should().Be(message.Answers.Count);
        }

        foreach (var record in message.Answers)
        {
            if (record.Type == DnsType.Srv && HeardNode.Collect(message, record) is { } heard)
            {
                _ = heard.TryDecode(new MdnsNames("micro"), out _, out _, out _);
            }
        }
    }

    private static byte[] RandomPacket(Random random)
    {
        var packet = new byte[random.Next(0, 600)];
        random.NextBytes(packet);
        return packet;
    }

    private static byte[] Mutate(Random random, byte[][] seeds)
    {
        var packet = (byte[])seeds[random.Next(seeds.Length)].Clone();
        for (var times = random.Next(1, 5); times > 0 && packet.Length > 2; times--)
        {
            var at = random.Next(packet.Length);
            switch (random.Next(7))
            {
                case 0:
                    packet[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    packet[at] = Magic[random.Next(Magic.Length)];
                    break;
                case 2:
                    packet[at]++;
                    break;
                case 3:
                    packet = packet[..at];
                    break;
                case 4:
                    packet = [.. packet[..at], .. packet[(at / 2)..]];
                    break;
                case 5:
                    var other = seeds[random.Next(seeds.Length)];
                    packet = [.. packet[..at], .. other[random.Next(other.Length)..]];
                    break;
                default:
                    packet[random.Next(Math.Min(12, packet.Length))] = (byte)random.Next(4);
                    break;
            }
        }

        return packet;
    }
}
