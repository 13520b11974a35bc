using Google.Protobuf;
using Greeter;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>Answers that are compressed, malformed or too large.</summary>
public sealed class ClientAnswerTests
{
    [Fact]
    public async Task CallAsync_CompressedAnswer_IsUnpacked()
    {
        using var server = new ScriptedHttp2Server(request => request.IsComplete
            ? request.AnswerAsync(Packed(new Response { Msg = "packed" }.ToByteArray()), ("grpc-encoding", "gzip"))
            : Task.CompletedTask);
        await using var client = new GrpcClientFixture(null, server.Address);

        (await client.HelloAsync()).Msg.Should().Be("packed");
        server.Requests.Single()["grpc-accept-encoding"].Should().Be("identity,gzip");
    }

    [Fact]
    public async Task CallAsync_CompressedBomb_IsRefused()
    {
        using var server = new ScriptedHttp2Server(request => request.IsComplete
            ? request.AnswerAsync(Packed(new byte[10_000_000]), ("grpc-encoding", "gzip"))
            : Task.CompletedTask);
        await using var client = new GrpcClientFixture(null, server.Address);

        var error = await client.FailAsync();

        error.Should().BeOfType<GrpcException>().Which.StatusCode.Should().Be(StatusCode.ResourceExhausted);
        error.Kind.Should().Be(ErrorKind.Protocol);
    }

    [Theory]
    [InlineData("02000000000000")] // unknown flag
    [InlineData("01000000020000")] // compressed, but nothing says how
    [InlineData("00000000050000")] // ends within the message
    [InlineData("000000")] // ends within the prefix
    [InlineData("00ffffffff00")] // 4 GiB announced
    [InlineData("00000000000000000000")] // two messages
    [InlineData("0000000003ffffff")] // no protobuf
    [InlineData("")] // no message
    public async Task CallAsync_MalformedAnswer_ProtocolErrorAndTheNextCallSucceeds(string body)
    {
        var bad = 1;
        using var server = new ScriptedHttp2Server(request => request.IsComplete
            ? request.AnswerAsync(Interlocked.Exchange(ref bad, 0) == 1 ? Convert.FromHexString(body) : ClientFailureTests.Good)
            : Task.CompletedTask);
        await using var client = new GrpcClientFixture(null, server.Address);

        (await client.FailAsync()).Kind.Should().Be(ErrorKind.Protocol);

        (await client.HelloAsync()).Msg.Should().Be("good");
        server.Connections.Should().Be(1);
    }

    private static byte[] Packed(byte[] message)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.SmallestSize))
        {
            gzip.Write(message);
        }

        return RawServer.Frame(1, packed.ToArray());
    }
}
