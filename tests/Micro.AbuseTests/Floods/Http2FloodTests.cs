using System.IO.Compression;
using System.Net;

namespace Micro.AbuseTests.Floods;

/// <summary>One client that sends too much over HTTP/2: S11, S13.</summary>
public sealed class Http2FloodTests
{
    private const int BombBytes = 32 * 1024 * 1024;
    private const int RequestsTogether = 100;
    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task CompressedBombs_AreRefused_S11()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address, "grpc");
        var bomb = Compress(new byte[BombBytes]);
        byte[] message = [1, 0, (byte)(bomb.Length >> 16), (byte)(bomb.Length >> 8), (byte)bomb.Length, .. bomb];
        var answers = new List<Http2Answer>();

        var harm = await Harm.OfAsync(server, bystander, async () =>
        {
            for (var attempt = 0; attempt < AbuseProfile.Pick(50, 1000); attempt++)
            {
                using var socket = await Http2Socket.ConnectAsync(server.Address, Attacker);
                await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/faults.Faults/Ask", ("content-type", "application/grpc+json"), ("grpc-encoding", "gzip")));
                foreach (var part in message.Chunk(16 * 1024))
                {
                    await socket.SendDataAsync(1, part);
                }

                await socket.SendDataAsync(1, [], end: true);
                answers.Add(await socket.ReadAnswerAsync(1));
            }
        });

        answers.Should().AllSatisfy(static answer => answer.GrpcStatus.Should().Be("8", "RESOURCE_EXHAUSTED: {0}", answer));
        harm.Check("S11", $"messages of {bomb.Length / 1024} KB that unpack to 32 MB, gRPC", 16);
    }

    [Theory]
    [InlineData("requests that are reset at once")]
    [InlineData("pings")]
    [InlineData("settings")]
    [InlineData("data frames without data")]
    public async Task Frames_WithoutAPause_HarmNobody_S13(string kind)
    {
        var count = AbuseProfile.Pick(20_000, 200_000);
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address, "grpc");
        var block = HeaderBlock.Encode(Http2Socket.CallHeaders("/faults.Faults/Ask"));

        var harm = await Harm.OfAsync(server, bystander, async () =>
        {
            for (var sent = 0; sent < count;)
            {
                // A server that has enough closes: the attacker comes again.
                using var socket = await Http2Socket.ConnectAsync(server.Address, Attacker);
                var reading = ReadToEndAsync(socket);
                await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/faults.Faults/Echo"));
                for (var stream = 3; sent < count && !socket.HasServerClosed; sent += RequestsTogether)
                {
                    var bytes = new List<byte>();
                    for (var frame = 0; frame < RequestsTogether; frame++, stream += 2)
                    {
                        bytes.AddRange(kind switch
                        {
                            "requests that are reset at once" => [.. Http2Socket.Frame(Http2Frame.Headers, Http2Frame.EndHeaders, stream, block), .. Http2Socket.Frame(Http2Frame.Reset, 0, stream, [0, 0, 0, 8])],
                            "pings" => Http2Socket.Frame(Http2Frame.Ping, 0, 0, new byte[8]),
                            "settings" => Http2Socket.Frame(Http2Frame.Settings, 0, 0, [0, 4, 0, 1, 0, 0]),
                            _ => Http2Socket.Frame(Http2Frame.Data, 0, 1, []),
                        });
                    }

                    await socket.SendAsync([.. bytes]);
                }

                socket.Dispose();
                await reading;
            }
        });

        harm.Check("S13", $"{count:N0} {kind}, gRPC", 20);
        await using var late = Bystander.Create(server.Address, "grpc");
        (await late.StreamAsync()).Should().BeTrue("the server serves on");
    }

    /// <summary>Reads and discards frames so that flow control never blocks the server.</summary>
    private static async Task ReadToEndAsync(Http2Socket socket)
    {
        try
        {
            while (await socket.ReadAsync(60) is not null)
            {
            }
        }
        catch (ObjectDisposedException)
        {
            // The attacker has hung up.
        }
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
