using System.Net;
using Makaretu.Dns;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Tests.Fakes;
using Ours = Micro.Registry.Mdns.Dns.DnsType;

namespace Micro.Registry.Mdns.Tests.Dns;

/// <summary>
/// Our codec against one of another maker, both ways. What hosts send in the other tests is read by it too, see
/// <see cref="FakeTransport"/>.
/// </summary>
public sealed class IndependentCodecTests
{
    public static TheoryData<string> Files => Recording.Files;

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_RecordedPackets_BothCodecsReadTheSame(string file)
    {
        var packet = Recording.Load(file).Bytes;

        DnsReader.TryRead(packet, out var message).Should().BeTrue();

        IndependentCodec.Describe(message).Should().Equal(IndependentCodec.Describe(packet));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_EveryKindOfRecord_IsReadTheSameByTheOther(bool compress)
    {
        var message = new DnsMessage
        {
            Id = 4711,
            Flags = DnsMessage.AnswerFlags,
            Questions = [new DnsQuestion("greeter.micro.", Ours.Ptr, DnsQuestion.Internet | DnsQuestion.UnicastWanted)],
            Answers =
            [
                DnsRecord.Pointer("greeter.micro.", "greeter-1.greeter.micro.", 120),
                DnsRecord.Service("greeter-1.greeter.micro.", "host.local.", 9777, 120),
                DnsRecord.Txt("greeter-1.greeter.micro.", System.Text.Encoding.ASCII.GetBytes(new string('a', 700)), 120),
                DnsRecord.Host("host.local.", IPAddress.Parse("10.1.2.3"), 120),
                DnsRecord.Host("host.local.", IPAddress.Parse("fd00::1:2"), 0),
            ],
        };
        var buffer = new byte[4096];
        DnsWriter.TryWrite(message, buffer, compress, out var length).Should().BeTrue();

        IndependentCodec.Describe(buffer[..length]).Should().Equal(IndependentCodec.Describe(message));
    }

    [Fact]
    public void Read_WhatTheOtherWrites_HasItsValues()
    {
        var message = new Message { Id = 99, QR = true, AA = true };
        message.Questions.Add(new Question { Name = "greeter.micro", Type = Makaretu.Dns.DnsType.PTR });
        message.Answers.Add(new PTRRecord { Name = "greeter.micro", DomainName = "greeter-1.greeter.micro", TTL = TimeSpan.FromSeconds(120) });
        message.Answers.Add(new SRVRecord { Name = "greeter-1.greeter.micro", Target = "host.local", Port = 9777, Priority = 10, Weight = 1, TTL = TimeSpan.FromSeconds(120) });
        message.Answers.Add(new TXTRecord { Name = "greeter-1.greeter.micro", Strings = ["one", "two"], TTL = TimeSpan.FromSeconds(120) });
        message.AdditionalRecords.Add(AddressRecord.Create("host.local", IPAddress.Parse("10.1.2.3")));
        message.AdditionalRecords.Add(AddressRecord.Create("host.local", IPAddress.Parse("fd00::1:2")));
        var packet = message.ToByteArray();

        DnsReader.TryRead(packet, out var read).Should().BeTrue();

        IndependentCodec.Describe(read).Should().Equal(IndependentCodec.Describe(packet));
        read.Answers[1].Port.Should().Be(9777);
        read.Additional.Select(record => record.Address).Should().Equal(IPAddress.Parse("10.1.2.3"), IPAddress.Parse("fd00::1:2"));
    }
}
