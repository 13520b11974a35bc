using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;
using Greeter;
using Micro.Testing;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Requests that no library would send. Each is answered, and the next caller is served (S10–S13, S19).</summary>
public sealed class FaultTests
{
    internal static readonly byte[] Anna = RawServer.Frame(0, new Request { Name = "Anna" }.ToByteArray());

    /// <summary>Headers of a call with one change, and the answer: HTTP status and gRPC status.</summary>
    public static TheoryData<string, string?, string, string?> Heads => new()
    {
        { "grpc-timeout", "1", "200", "13" },
        { "grpc-timeout", "S", "200", "13" },
        { "grpc-timeout", "100000000S", "200", "13" },
        { "grpc-timeout", "99999999999999999999S", "200", "13" },
        { "grpc-timeout", "-1S", "200", "13" },
        { "grpc-timeout", "+1S", "200", "13" },
        { "grpc-timeout", "1 S", "200", "13" },
        { "grpc-timeout", "1.5S", "200", "13" },
        { "grpc-timeout", "1s", "200", "13" },
        { "grpc-timeout", "1x", "200", "13" },
        { "grpc-timeout", "0S", "200", "4" },
        { "grpc-timeout", "99999999H", "200", "0" },
        { "timeout", "soon", "200", "0" },
        { "timeout", "99999999999999999999999", "200", "0" },
        { "grpc-encoding", "identity", "200", "0" },
        { "grpc-encoding", "gzip", "200", "0" },
        { "grpc-encoding", "br", "200", "12" },
        { "grpc-encoding", "gzip, identity", "200", "12" },
        { "key-bin", "AQID", "200", "0" },
        { "key-bin", "AQIDBA==", "200", "0" },
        { "key-bin", "AQID, AQ", "200", "0" },
        { "key-bin", "", "200", "0" },
        { "key-bin", "A", "200", "13" },
        { "key-bin", "no base64!", "200", "13" },
        { "key-bin", "AQ_D", "200", "13" },
        { "content-type", null, "415", null },
        { "content-type", "", "415", null },
        { "content-type", "application/json", "415", null },
        { "content-type", "application/grpc-web", "415", null },
        { "content-type", "application/grpcfoo", "415", null },
        { "content-type", "text/plain", "415", null },
        { "content-type", "application/grpc+nope", "200", "12" },
        { "content-type", "application/grpc+", "200", "12" },
        { "te", null, "200", "0" },
        { ":method", "GET", "405", null },
        { ":method", "PUT", "405", null },
        { ":path", "/", "200", "12" },
        { ":path", "/Greeter", "200", "12" },
        { ":path", "//Hello", "200", "12" },
        { ":path", "/greeter.Greeter/", "200", "12" },
        { ":path", "/greeter.Greeter/Hello/", "200", "12" },
        { ":path", "/greeter.Greeter/Hello/more", "200", "12" },
        { ":path", "/greeter.Greeter/Hello?x=1", "200", "12" },
        { ":path", "/greeter.Greeter/../Greeter/Hello", "200", "12" },
        { ":path", "/greeter.Greeter/%48ello", "200", "12" },
        { ":path", "/greeter.Greeter/hello", "200", "12" },
        { ":path", "/greeter./Hello", "200", "12" },
        { ":path", "/.Greeter/Hello", "200", "0" },
    };

    /// <summary>Bodies of a unary call and the gRPC status that answers them.</summary>
    public static TheoryData<string, byte[], string> Bodies => new()
    {
        { "nothing", [], "12" },
        { "flag only", [0], "13" },
        { "half a prefix", [0, 0, 0], "13" },
        { "prefix without message", [0, 0, 0, 0, 5], "13" },
        { "truncated message", Anna[..^1], "13" },
        { "flag 2", RawServer.Frame(2, []), "13" },
        { "flag 255", RawServer.Frame(255, []), "13" },
        { "two messages", [.. Anna, .. Anna], "12" },
        { "a byte too many", [.. Anna, 0], "12" },
        { "compressed without encoding", RawServer.Frame(1, Pack([])), "13" },
        { "above the limit", RawServer.Frame(0, new byte[100], 4 * 1024 * 1024 + 1), "8" },
        { "4 GiB announced", RawServer.Frame(0, new byte[100], uint.MaxValue), "8" },
        { "no protobuf", RawServer.Frame(0, [0xff, 0xff, 0xff]), "3" },
        { "wrong length inside", RawServer.Frame(0, [0x0a, 0x7f, 1]), "3" },
        { "invalid UTF-8", RawServer.Frame(0, [0x0a, 1, 0xff]), "3" },
    };

    public static TheoryData<string, byte[], string> PackedBodies => new()
    {
        { "plain", Anna, "0" },
        { "packed", RawServer.Frame(1, Pack(new Request { Name = "Anna" }.ToByteArray())), "0" },
        { "packed nothing", RawServer.Frame(1, Pack([])), "0" },
        { "no gzip", RawServer.Frame(1, [1, 2, 3, 4]), "13" },
        { "wrong checksum", RawServer.Frame(1, Spoil(Pack(new Request { Name = "Anna" }.ToByteArray()))), "13" },
        { "truncated gzip", RawServer.Frame(1, Pack(new Request { Name = "Anna" }.ToByteArray())[..^9]), "13" },
        { "bomb", RawServer.Frame(1, Pack(new byte[64 * 1024 * 1024])), "8" },
        { "just above the limit", RawServer.Frame(1, Pack(new byte[(4 * 1024 * 1024) + 1])), "8" },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task Head_IsAnswered_AndTheConnectionLives_S19(string name, string? value, string http, string? grpc)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();

        var answer = await socket.CallAsync(1, Anna, Http2Socket.CallHeaders("/greeter.Greeter/Hello", (name, value)));

        (answer.HttpStatus, answer.GrpcStatus).Should().Be((http, grpc), answer.ToString());
        if (name == "grpc-encoding" && grpc == "12")
        {
            answer["grpc-accept-encoding"].Should().Be("identity,gzip");
        }

        (await socket.CallAsync(3, Anna)).GrpcStatus.Should().Be("0", "the connection lives");
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_IsAnswered_AndTheConnectionLives_S10_S19(string what, byte[] body, string status)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();

        var answer = await socket.CallAsync(1, body);

        answer.GrpcStatus.Should().Be(status, "{0}: {1}", what, answer);
        (await socket.CallAsync(3, Anna)).GrpcStatus.Should().Be("0", "the connection lives");
    }

    [Theory]
    [MemberData(nameof(PackedBodies))]
    public async Task PackedBody_IsUnpackedWithinTheLimit_S11(string what, byte[] body, string status)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Greeter/Hello", ("grpc-encoding", "gzip")));
        for (var sent = 0; sent < body.Length; sent += 16_000)
        {
            await socket.SendDataAsync(1, body[sent..Math.Min(body.Length, sent + 16_000)], end: sent + 16_000 >= body.Length);
        }

        var answer = await socket.ReadAnswerAsync(1);

        answer.GrpcStatus.Should().Be(status, "{0}: {1}", what, answer);
        (await socket.CallAsync(3, Anna)).GrpcStatus.Should().Be("0", "the connection lives");
    }

    [Fact]
    public async Task StreamOfMessages_FaultInTheMiddle_EndsThatStreamOnly()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Greeter/PingPong"));
        await socket.SendDataAsync(1, [.. RawServer.Frame(0, new Ping { Stroke = 1 }.ToByteArray()), 9, 0, 0, 0, 0]);

        var answer = await socket.ReadAnswerAsync(1);

        answer.GrpcStatus.Should().Be("13", answer.ToString());
        (await socket.CallAsync(3, Anna)).GrpcStatus.Should().Be("0", "the connection lives");
    }

    [Fact]
    public async Task SlowMessages_AreRefused_AndTheConnectionStays_S14()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.TimeProvider = time);
        using var socket = await fixture.ConnectRawAsync();
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Greeter/Hello"));
        await socket.SendHeadersAsync(3, Http2Socket.CallHeaders("/greeter.Greeter/PingPong"));
        await socket.SendDataAsync(3, [0, 0, 0]);
        await socket.SendHeadersAsync(5, Http2Socket.CallHeaders("/greeter.Greeter/PingPong"));
        await socket.SendDataAsync(5, RawServer.Frame(0, new Ping { Stroke = 1 }.ToByteArray()));
        await fixture.Running(2);
        await socket.ReadFrameAsync(5, Http2Frame.Data);

        // In step with answers, so that time does not run away from the server.
        var next = 7;
        for (var seconds = 0; seconds < 15; seconds++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            (await socket.CallAsync(next, Anna)).GrpcStatus.Should().Be("0");
            next += 2;
        }

        await Eventually.TrueAsync(() => fixture.Server.RunningCalls == 1, "only the stream that waits for its next message is left");
        await socket.SendDataAsync(5, RawServer.Frame(0, new Ping { Stroke = 5 }.ToByteArray()), end: true);
        (await socket.ReadAnswerAsync(5)).GrpcStatus.Should().Be("0", "a stream may be silent between messages");
    }

    private static byte[] Pack(byte[] message)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.SmallestSize))
        {
            gzip.Write(message);
        }

        return output.ToArray();
    }

    private static byte[] Spoil(byte[] packed)
    {
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(packed.Length - 8), 1);
        return packed;
    }
}
