using System.Text;
using Google.Protobuf;
using Greeter;
using Micro.Testing;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Tests that the first bytes of a connection decide its protocol, in any fragmentation.</summary>
public sealed class PrefaceTests
{
    [Fact]
    public async Task Http2_PrefaceByteByByte_IsServed()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await Http2Socket.OpenAsync(fixture.Address);
        foreach (var value in Encoding.ASCII.GetBytes(Http2Socket.Preface))
        {
            await socket.SendAsync([value]);
            await Task.Yield();
        }

        await socket.SendAsync(Http2Frame.Settings, 0, 0, []);

        (await socket.CallAsync(1, RawServer.Frame(0, new Request { Name = "Anna" }.ToByteArray()))).GrpcStatus.Should().Be("0");
    }

    [Theory]
    [InlineData("P")]
    [InlineData("PR")]
    [InlineData("PRI")]
    [InlineData("PRI * HTTP/2.0\r\n")]
    public async Task Http2_PrefaceInTwoPieces_IsServed(string first)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await Http2Socket.OpenAsync(fixture.Address);
        await socket.SendAsync(Encoding.ASCII.GetBytes(first));
        await Eventually.TrueAsync(() => fixture.Server.Connections == 1, "it is accepted");
        await socket.SendAsync(Encoding.ASCII.GetBytes(Http2Socket.Preface[first.Length..]));
        await socket.SendAsync(Http2Frame.Settings, 0, 0, []);

        (await socket.CallAsync(1, RawServer.Frame(0, new Request { Name = "Anna" }.ToByteArray()))).GrpcStatus.Should().Be("0");
    }

    [Theory]
    [InlineData("P")]
    [InlineData("PO")]
    [InlineData("POST / HT")]
    public async Task Mucp_RequestInTwoPieces_IsServed(string first)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await RawSocket.ConnectAsync(fixture.Address);
        const string Request = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nContent-Length: 15\r\n\r\n{\"name\":\"Anna\"}";
        await socket.SendAsync(first);
        await Eventually.TrueAsync(() => fixture.Server.Connections == 1, "it is accepted");
        await socket.SendAsync(Request[first.Length..]);

        (await socket.ReadAsync())!.Text.Should().Be("{\"msg\":\"Hello Anna\"}\n");
    }

    [Fact]
    public async Task Http1_MethodThatBeginsLikeThePreface_IsMucps()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await RawSocket.ConnectAsync(fixture.Address);

        await socket.SendAsync("PRINT / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nMicro-Endpoint: Greeter.Hello\r\nContent-Length: 0\r\n\r\n");

        (await socket.ReadAsync())!.StartLine.Should().Be("HTTP/1.1 405 Method Not Allowed", "mucp answers, and only POST runs calls");
    }

    [Theory]
    [InlineData("PRI * HTTP/1.1\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")]
    public async Task AlmostAPreface_IsAnsweredAsHttp1(string bytes)
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await RawSocket.ConnectAsync(fixture.Address);

        await socket.SendAsync(bytes);

        (await socket.ReadAsync())!.StartLine.Should().StartWith("HTTP/1.1 ");
        await fixture.ExpectHealthyAsync();
    }

    [Fact]
    public async Task SlowPreface_IsCutAfterTheHeaderTimeout_SilenceOnlyAfterTheIdleTimeout_S14()
    {
        var time = new ManualTimeProvider();
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.TimeProvider = time);
        using var silent = await Http2Socket.OpenAsync(fixture.Address);
        using var slow = await Http2Socket.OpenAsync(fixture.Address);
        await slow.SendAsync("PRI"u8.ToArray());
        await Eventually.TrueAsync(() => fixture.Server.Connections == 2, "both are accepted");

        await AdvanceUntilAsync(1);
        (await slow.ReadAsync()).Should().BeNull("it has begun and not gone on");
        await AdvanceUntilAsync(0);
        (await silent.ReadAsync()).Should().BeNull("it never began");

        Task AdvanceUntilAsync(int connections) => Eventually.TrueAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
                return fixture.Server.Connections == connections;
            },
            $"{connections} connections are left");
    }
}
