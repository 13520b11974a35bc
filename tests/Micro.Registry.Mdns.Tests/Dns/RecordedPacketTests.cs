using System.Net;
using System.Text;
using System.Text.Json;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;

namespace Micro.Registry.Mdns.Tests.Dns;

/// <summary>Every packet recorded from go-micro: read to the values it holds, and written again byte for byte.</summary>
public sealed class RecordedPacketTests
{
    public static TheoryData<string> Files => Recording.Files;

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_Recorded_HasItsValues(string file)
    {
        var recording = Recording.Load(file);

        DnsReader.TryRead(recording.Bytes, out var message).Should().BeTrue();

        message.Id.Should().Be(recording.Decoded.GetProperty("id").GetUInt16());
        message.Flags.ToString("x4").Should().Be(recording.Decoded.GetProperty("flags_hex").GetString());
        message.IsResponse.Should().Be(recording.Decoded.GetProperty("qr_response").GetBoolean());
        message.Questions.Select(question => $"{question.Name} {question.Type.ToString().ToUpperInvariant()} {question.Class}")
            .Should().Equal(recording.Decoded.GetProperty("questions").EnumerateArray().Select(question =>
                $"{question.GetProperty("name")} {question.GetProperty("type")} {question.GetProperty("class")}"));
        Describe(message.Answers).Should().Equal(Describe(recording.Decoded.GetProperty("answers")));
        Describe(message.Authority).Should().Equal(Describe(recording.Decoded.GetProperty("authority")));
        Describe(message.Additional).Should().Equal(Describe(recording.Decoded.GetProperty("additional")));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Write_WhatWasRead_IsByteIdentical(string file)
    {
        var recording = Recording.Load(file);
        DnsReader.TryRead(recording.Bytes, out var message).Should().BeTrue();
        var isAnswer = message.Flags == DnsMessage.AnswerFlags;
        var buffer = new byte[PacketBudget.MaxBytes];

        DnsWriter.TryWrite(message, buffer, compress: isAnswer, out var length).Should().BeTrue();

        Convert.ToHexString(buffer.AsSpan(0, length)).Should().Be(Convert.ToHexString(recording.Bytes));
    }

    [Theory]
    [InlineData("02-announcement.bin")]
    [InlineData("06-get-response-1-node.bin")]
    [InlineData("07-goodbye.bin")]
    [InlineData("08-get-response-2-nodes-packet-1.bin")]
    [InlineData("08-get-response-2-nodes-packet-2.bin")]
    public void Compose_SameNode_IsTheRecordedPacket(string file)
    {
        var recording = Recording.Load(file);
        DnsReader.TryRead(recording.Bytes, out var recorded).Should().BeTrue();
        var text = recorded.Answers.Concat(recorded.Authority).Single(record => record.Type == DnsType.Txt).Text!;
        var srv = recorded.Answers.Concat(recorded.Authority).Single(record => record.Type == DnsType.Srv);
        var names = new MdnsNames("micro");
        names.TryGetId(srv.Name, "greeter", out var id).Should().BeTrue();
        var node = new NodeRecords(names.Service("greeter"), names.Instance("greeter", id), "vm.", IPAddress.Loopback, srv.Port, text);

        var message = file[..2] switch
        {
            "02" => node.Announcement(),
            "07" => node.Goodbye(),
            _ => node.Answer(recorded.Questions[0], queryId: 4711)!,
        };

        Encode(message, compress: recorded.Questions.Count > 0 && recorded.IsResponse).Should().Be(Convert.ToHexString(recording.Bytes));
    }

    [Fact]
    public void Compose_ListEntry_IsTheRecordedPacket()
    {
        var recording = Recording.Load("04-list-response.bin");
        var names = new MdnsNames("micro");
        var entry = new NodeRecords(names.List, names.ListInstance("greeter"), "vm.", IPAddress.Any, NodeRecords.ListPort, []);

        var answer = entry.Answer(new DnsQuestion("_services.micro.", DnsType.Ptr), queryId: 1)!;

        Encode(answer, compress: true).Should().Be(Convert.ToHexString(recording.Bytes));
    }

    [Theory]
    [InlineData("03-list-query.bin", "_services.micro.")]
    [InlineData("05-get-query.bin", "greeter.micro.")]
    public void Compose_Query_IsTheRecordedPacket(string file, string name)
    {
        var recording = Recording.Load(file);

        var query = new DnsMessage { Id = recording.Decoded.GetProperty("id").GetUInt16(), Questions = [new DnsQuestion(name, DnsType.Ptr)] };

        Encode(query, compress: false).Should().Be(Convert.ToHexString(recording.Bytes));
    }

    [Fact]
    public void Unpack_RecordedPayload_IsTheRecordedJsonByteForByte()
    {
        var answer = Recording.Load("06-get-response-1-node.bin").Decoded.GetProperty("answers")[3];
        var text = string.Concat(answer.GetProperty("strings").EnumerateArray().Select(part => part.GetString()));

        TxtPayload.TryUnpack(Encoding.ASCII.GetBytes(text), out var payload, out var bytes).Should().BeTrue();

        var json = answer.GetProperty("txt_payload_json_text").GetString()!;
        bytes.Should().Be(json.Length);
        Encoding.UTF8.GetString(payload!.ToJson()).Should().Be(json);
        TxtPayload.TryUnpack(payload.Pack(), out var again, out _).Should().BeTrue();
        Encoding.UTF8.GetString(again!.ToJson()).Should().Be(json);
    }

    private static string Encode(DnsMessage message, bool compress)
    {
        var buffer = new byte[PacketBudget.MaxBytes];
        DnsWriter.TryWrite(message, buffer, compress, out var length).Should().BeTrue();
        return Convert.ToHexString(buffer.AsSpan(0, length));
    }

    private static IEnumerable<string> Describe(IEnumerable<DnsRecord> records) => records.Select(record =>
        $"{record.Name} {record.Type.ToString().ToUpperInvariant()} {record.Class} {record.Ttl} " + record.Type switch
        {
            DnsType.Ptr => record.Target,
            DnsType.Srv => $"{record.Priority} {record.Weight} {record.Port} {record.Target}",
            DnsType.Txt => Encoding.ASCII.GetString(record.Text!),
            _ => record.Address!.ToString(),
        });

    private static IEnumerable<string> Describe(JsonElement records) => records.EnumerateArray().Select(record =>
        $"{record.GetProperty("name")} {record.GetProperty("type")} {record.GetProperty("class")} {record.GetProperty("ttl")} "
        + record.GetProperty("type").GetString() switch
        {
            "PTR" => record.GetProperty("target").GetString(),
            "SRV" => $"{record.GetProperty("priority")} {record.GetProperty("weight")} {record.GetProperty("port")} {record.GetProperty("target")}",
            "TXT" => string.Concat(record.GetProperty("strings").EnumerateArray().Select(part => part.GetString())),
            _ => record.GetProperty("address").GetString(),
        });
}
