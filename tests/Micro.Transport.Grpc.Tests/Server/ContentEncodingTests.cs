namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Bodies that an HTTP/1.1 client has compressed. Over gRPC the names are in <c>grpc-encoding</c>.</summary>
public sealed class ContentEncodingTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("gzip, identity")]
    public async Task Request_ContentEncoding_IsRefusedByName(string encoding)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await RawSocket.ConnectAsync(fixture.Address);

        await socket.SendRequestAsync("Greeter.Hello", """{"name":"Anna"}""", $"content-encoding: {encoding}\r\n");
        var answer = (await socket.ReadAsync())!;

        (answer.Error ?? answer.Text).Should().Contain("\"code\":415").And.Contain($"unsupported Content-Encoding: {encoding}");
    }

    [Fact]
    public async Task Request_ContentEncodingIdentity_IsServed()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await RawSocket.ConnectAsync(fixture.Address);

        await socket.SendRequestAsync("Greeter.Hello", """{"name":"Anna"}""", "Content-Encoding: Identity\r\n");

        (await socket.ReadAsync())!.Text.Should().Be("{\"msg\":\"Hello Anna\"}\n");
    }
}
