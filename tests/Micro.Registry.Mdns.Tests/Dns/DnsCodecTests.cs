using System.Net;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;

namespace Micro.Registry.Mdns.Tests.Dns;

public sealed class DnsCodecTests
{
    private static readonly byte[] Header = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];

    [Theory]
    [InlineData("c00c")]
    [InlineData("0161c00c")]
    [InlineData("c00ec00c")]
    [InlineData("c0ff")]
    [InlineData("c000")]
    [InlineData("40616161")]
    [InlineData("c0")]
    [InlineData("0561")]
    public void Read_LoopingOrBrokenName_IsRefused_S2(string name) => Read(Question(Convert.FromHexString(name))).Should().BeFalse();

    [Fact]
    public void Read_PointerChainBackwards_IsRead()
    {
        byte[] packet = [0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 12, 0, 1, 1, (byte)'b', 0xc0, 12, 0, 12, 0, 1];

        DnsReader.TryRead(packet, out var message).Should().BeTrue();

        message.Questions.Select(question => question.Name).Should().Equal("a.", "b.a.");
    }

    [Theory]
    [InlineData(127, 1, true)]
    [InlineData(128, 1, false)]
    [InlineData(4, 62, true)]
    [InlineData(4, 63, false)]
    public void Read_LongName_IsBoundedBy255Bytes_S2(int labels, int length, bool expected)
    {
        var name = Enumerable.Repeat<byte[]>([(byte)length, .. Enumerable.Repeat((byte)'x', length)], labels).SelectMany(label => label);

        Read(Question([.. name, 0])).Should().Be(expected);
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void Read_ManyRecords_IsBounded_S2(int count, bool expected)
    {
        var packet = new List<byte> { 0, 0, 0x84, 0, 0, 0, (byte)(count >> 8), (byte)count, 0, 0, 0, 0 };
        for (var index = 0; index < count; index++)
        {
            packet.AddRange([0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1]);
        }

        Read([.. packet]).Should().Be(expected);
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(250, false)]
    public void Read_NamesThatAreLongWays_WorkIsBounded_S2(int records, bool expected)
    {
        // Each name leads through 240 pointers to the root: 250 of them would be 60,000 steps.
        const int Pointers = 240;
        var packet = new List<byte> { 0, 0, 0x84, 0, 0, 0, (byte)((records + 1) >> 8), (byte)(records + 1), 0, 0, 0, 0 };

        // A record of an unknown type carries the chain: a root, then pointers that each lead to the one before.
        packet.AddRange([0, 0, 99, 0, 1, 0, 0, 0, 1, 0, 0]);
        var data = packet.Count;
        packet.Add(0);
        var target = data;
        for (var count = 0; count < Pointers; count++)
        {
            var at = packet.Count;
            packet.AddRange([(byte)(0xc0 | (target >> 8)), (byte)target]);
            target = at;
        }

        packet[data - 2] = (byte)((packet.Count - data) >> 8);
        packet[data - 1] = (byte)(packet.Count - data);
        for (var index = 0; index < records; index++)
        {
            packet.AddRange([(byte)(0xc0 | (target >> 8)), (byte)target, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1]);
        }

        Read([.. packet]).Should().Be(expected);
    }

    [Fact]
    public void Read_LargestDatagram_IsRead_R_MDNS_3()
    {
        var message = new DnsMessage { Flags = DnsMessage.AnswerFlags, Answers = [DnsRecord.Txt("a.micro.", new byte[64_000], 120)] };
        var buffer = new byte[DnsLimits.MaxPacketBytes];
        DnsWriter.TryWrite(message, buffer, compress: false, out var length).Should().BeTrue();

        DnsReader.TryRead(buffer.AsSpan(0, length), out var read).Should().BeTrue();

        read.Answers[0].Text.Should().HaveCount(64_000);
    }

    [Theory]
    [InlineData("a.b.micro.")]
    [InlineData(@"with\.dot.micro.")]
    [InlineData(@"back\\slash.micro.")]
    [InlineData(@"bytes\255\000.micro.")]
    [InlineData("grüße und mehr.micro.")]
    [InlineData(".")]
    public void Name_WrittenAndRead_IsTheSame(string name)
    {
        var buffer = new byte[512];
        DnsWriter.TryWrite(new DnsMessage { Questions = [new DnsQuestion(name, DnsType.Ptr)] }, buffer, compress: true, out var length).Should().BeTrue();

        DnsReader.TryRead(buffer.AsSpan(0, length), out var read).Should().BeTrue();

        read.Questions[0].Name.Should().Be(name);
    }

    [Theory]
    [InlineData("a..b.")]
    [InlineData("nodot")]
    [InlineData(@"cut\")]
    [InlineData(@"number\300.")]
    [InlineData(@"number\25.")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234.")]
    public void Name_NotEncodable_IsRefused(string name)
    {
        MdnsNames.IsValid(name).Should().BeFalse();
        DnsWriter.TryWrite(new DnsMessage { Questions = [new DnsQuestion(name, DnsType.Ptr)] }, new byte[512], compress: false, out _).Should().BeFalse();
    }

    [Fact]
    public void Name_LoneSurrogate_IsRefusedWithoutThrowing() => MdnsNames.IsValid("lone" + '\ud800' + ".").Should().BeFalse();

    [Fact]
    public void Write_AnyBufferTooSmall_IsRefused()
    {
        DnsReader.TryRead(Recording.Load("06-get-response-1-node.bin").Bytes, out var message).Should().BeTrue();

        for (var size = 0; size < 570; size++)
        {
            DnsWriter.TryWrite(message, new byte[size], compress: true, out _).Should().BeFalse();
        }
    }

    [Fact]
    public void Message_AllRecordTypes_RoundTrip()
    {
        var message = new DnsMessage
        {
            Id = 7,
            Flags = DnsMessage.AnswerFlags,
            Questions = [new DnsQuestion("s.micro.", DnsType.Any, 0x8001)],
            Answers = [DnsRecord.Pointer("s.micro.", "n.s.micro.", 120), DnsRecord.Service("n.s.micro.", "host.", 80, uint.MaxValue)],
            Authority = [DnsRecord.Host("host.", IPAddress.Parse("10.1.2.3"), 0)],
            Additional = [DnsRecord.Host("host.", IPAddress.Parse("fe80::1"), 1), DnsRecord.Txt("n.s.micro.", new byte[600], 2)],
        };
        var buffer = new byte[2000];
        DnsWriter.TryWrite(message, buffer, compress: true, out var length).Should().BeTrue();

        DnsReader.TryRead(buffer.AsSpan(0, length), out var read).Should().BeTrue();

        read.Should().BeEquivalentTo(message, options => options.ComparingByMembers<DnsRecord>());
    }

    private static byte[] Question(byte[] name) => [.. Header, .. name, 0, 12, 0, 1];

    private static bool Read(byte[] packet) => DnsReader.TryRead(packet, out _);
}
