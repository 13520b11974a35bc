using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Micro.AbuseTests.Floods;

/// <summary>Messages that are, or announce to be, larger than the limit: S10.</summary>
public sealed class OversizeTests
{
    private const int Limit = 4 * 1024 * 1024;
    private const int Connections = 100;
    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task Requests_OneByteAboveTheLimit_AreRefused_AndTheConnectionsGoOn_S10()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        var body = new string('x', Limit + 1);
        var replies = new List<(RawMessage? Refusal, RawMessage? Next)>();

        var harm = await Harm.OfAsync(server, bystander, async () =>
        {
            for (var round = 0; round < AbuseProfile.Pick(1, 20); round++)
            {
                replies.AddRange(await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
                {
                    using var socket = await RawSocket.ConnectAsync(server.Address, Attacker);
                    await socket.SendRequestAsync("Faults.Ask", body);
                    var refusal = await socket.ReadAsync();
                    await socket.SendRequestAsync("Faults.Ask", "{}");
                    return (refusal, await socket.ReadAsync());
                })));
            }
        });

        replies.Should().AllSatisfy(static reply =>
        {
            reply.Refusal!.Error.Should().Contain("\"code\":413");
            reply.Next!.Error.Should().BeNull("the next call on the same connection succeeds");
        });
        harm.Check("S10", "100 bodies of 4 MB and a byte at a time, mucp", 32);
    }

    [Fact]
    public async Task Messages_OneByteAboveTheLimit_AreRefused_AndTheConnectionsGoOn_S10()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address, "grpc");
        var message = Message(Limit + 1, Limit + 1);
        var answers = new List<(Http2Answer Refusal, Http2Answer Next)>();

        var harm = await Harm.OfAsync(server, bystander, async () =>
        {
            for (var round = 0; round < AbuseProfile.Pick(1, 20); round++)
            {
                answers.AddRange(await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
                {
                    using var socket = await Http2Socket.ConnectAsync(server.Address, Attacker);
                    await socket.SendHeadersAsync(1, Headers());
                    await SendAsync(socket, message.AsMemory(0, 48 * 1024));
                    var refusal = await socket.ReadAnswerAsync(1);
                    return (refusal, await socket.CallAsync(3, Message(2, 2), Headers()));
                })));
            }
        });

        answers.Should().AllSatisfy(static answer =>
        {
            answer.Refusal.GrpcStatus.Should().Be("8", "RESOURCE_EXHAUSTED: {0}", answer.Refusal);
            answer.Next.GrpcStatus.Should().Be("0", "the next call on the same connection succeeds: {0}", answer.Next);
        });
        harm.Check("S10", "100 messages of 4 MB and a byte at a time, gRPC", 32);
    }

    [Fact]
    public async Task Requests_ThatAnnounceFourGigabytes_TakeNoMemory_S10()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        var statuses = new List<string?>();

        var harm = await Harm.OfAsync(server, bystander, async () =>
        {
            for (var round = 0; round < AbuseProfile.Pick(1, 20); round++)
            {
                statuses.AddRange(await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
                {
                    using var socket = await RawSocket.ConnectAsync(server.Address, Attacker);
                    await socket.SendAsync($"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nMicro-Endpoint: Faults.Ask\r\nContent-Length: {1L << 32}\r\n\r\nstart");
                    return (await socket.ReadAsync())?.Error;
                })));
                statuses.AddRange(await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
                {
                    using var socket = await Http2Socket.ConnectAsync(server.Address, Attacker);
                    await socket.SendHeadersAsync(1, Headers());
                    await SendAsync(socket, Message(uint.MaxValue, 16 * 1024));
                    return (await socket.ReadAnswerAsync(1)).GrpcStatus;
                })));
            }
        });

        statuses.Should().AllSatisfy(static status => (status == "8" || status!.Contains("\"code\":413", StringComparison.Ordinal)).Should().BeTrue("{0}", status));
        harm.Check("S10", "200 announcements of 4 GB, mucp and gRPC", 32);
    }

    private static List<(string Name, string Value)> Headers() => Http2Socket.CallHeaders("/faults.Faults/Ask", ("content-type", "application/grpc+json"));

    /// <summary>Returns a gRPC message of spaces that announces one length and has another; a small one is a JSON object.</summary>
    private static byte[] Message(uint announced, int length)
    {
        var message = new byte[5 + length];
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(1), announced);
        message.AsSpan(5).Fill((byte)' ');
        Encoding.ASCII.GetBytes("{}").CopyTo(message, 5);
        return message;
    }

    private static async Task SendAsync(Http2Socket socket, ReadOnlyMemory<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at += 16 * 1024)
        {
            await socket.SendDataAsync(1, bytes[at..Math.Min(at + (16 * 1024), bytes.Length)].ToArray());
        }
    }
}
