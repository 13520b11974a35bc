using System.Net;
using System.Text;

namespace Micro.AbuseTests.Floods;

/// <summary>Headers that are too many, too large, or without an end: S12.</summary>
public sealed class HeaderFloodTests
{
    private const int Connections = 50;
    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.2");
    private static readonly byte[] Part = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"X-Flood: {new string('x', 1000)}\r\n", 16)));

    [Theory]
    [InlineData("too many headers")]
    [InlineData("one header that is too large")]
    [InlineData("headers without an end")]
    public async Task Headers_OverMucp_AreRefused_S12(string kind)
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        var start = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nMicro-Endpoint: Faults.Ask\r\nContent-Length: 2\r\n";
        var replies = new List<string>();

        var harm = await Harm.OfAsync(server, bystander, async () =>
        {
            for (var round = 0; round < AbuseProfile.Pick(4, 100); round++)
            {
                replies.AddRange(await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
                {
                    using var socket = await RawSocket.ConnectAsync(server.Address, Attacker);
                    var reading = socket.ReadToEndAsync();
                    await SendQuietlyAsync(socket, kind switch
                    {
                        "too many headers" => [Encoding.ASCII.GetBytes($"{start}{string.Concat(Enumerable.Range(0, 101).Select(static number => $"X-{number}: x\r\n"))}\r\n{{}}")],
                        "one header that is too large" => [Encoding.ASCII.GetBytes($"{start}X-Flood: {new string('x', 33 * 1024)}\r\n\r\n{{}}")],
                        _ => [Encoding.ASCII.GetBytes(start), .. Enumerable.Repeat(Part, 64)],
                    });
                    return Encoding.Latin1.GetString(await reading);
                })));
            }
        });

        replies.Where(static reply => reply.Length > 0).Should().NotBeEmpty().And.AllSatisfy(static reply => reply.Should().StartWith("HTTP/1.1 431"));
        harm.Check("S12", $"{kind}, mucp", 20);
    }

    [Theory]
    [InlineData("too many headers")]
    [InlineData("headers that are too large")]
    [InlineData("continuations without an end")]
    public async Task Headers_OverGrpc_AreRefused_S12(string kind)
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address, "grpc");
        var started = new List<string?>();

        var harm = await Harm.OfAsync(server, bystander, async () =>
        {
            for (var round = 0; round < AbuseProfile.Pick(4, 100); round++)
            {
                started.AddRange(await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
                {
                    using var socket = await Http2Socket.ConnectAsync(server.Address, Attacker);
                    await SendAsync(socket, kind);
                    return (await socket.ReadAnswerAsync(1)).GrpcStatus;
                })));
            }
        });

        started.Should().AllSatisfy(static status => status.Should().NotBe("0"));
        harm.Check("S12", $"{kind}, gRPC", 20);
    }

    private static async Task SendAsync(Http2Socket socket, string kind)
    {
        var headers = Http2Socket.CallHeaders("/faults.Faults/Ask");
        switch (kind)
        {
            case "too many headers":
                await socket.SendHeadersAsync(1, [.. headers, .. Enumerable.Range(0, 101).Select(static number => ($"x-{number}", "x"))]);
                await socket.SendDataAsync(1, [0, 0, 0, 0, 0], end: true);
                break;
            case "headers that are too large":
                await socket.SendAsync(Http2Frame.Headers, 0, 1, HeaderBlock.Encode(headers));
                await socket.SendAsync(Http2Frame.Continuation, 0, 1, HeaderBlock.Encode([("x-flood", new string('x', 16_000))]));
                await socket.SendAsync(Http2Frame.Continuation, 0, 1, HeaderBlock.Encode([("x-flood", new string('x', 16_000))]));
                await socket.SendAsync(Http2Frame.Continuation, Http2Frame.EndHeaders, 1, HeaderBlock.Encode([("x-flood", new string('x', 16_000))]));
                await socket.SendDataAsync(1, [0, 0, 0, 0, 0], end: true);
                break;
            default:
                await socket.SendAsync(Http2Frame.Headers, 0, 1, HeaderBlock.Encode(headers));
                for (var frame = 0; frame < 1000 && !socket.HasServerClosed; frame++)
                {
                    await socket.SendAsync(Http2Frame.Continuation, 0, 1, HeaderBlock.Encode([("x-flood", new string('x', 1000))]));
                }

                break;
        }
    }

    private static async Task SendQuietlyAsync(RawSocket socket, IEnumerable<byte[]> parts)
    {
        try
        {
            foreach (var part in parts)
            {
                await socket.SendAsync(part);
            }
        }
        catch (IOException)
        {
            // Refused meanwhile, and closed.
        }
    }
}
