using Google.Protobuf;
using Greeter;
using Micro.Testing;

namespace Micro.Transport.Grpc.Tests.Server;

public sealed class ServerStopTests
{
    [Fact]
    public async Task Stop_IdleConnection_IsNotifiedAndClosed()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();
        (await socket.CallAsync(1, HelloFrame("Anna"))).GrpcStatus.Should().Be("0");

        var stop = fixture.Server.StopAsync();
        var answer = await socket.ReadAnswerAsync(99);

        (answer.GoAwayCode, answer.IsClosed).Should().Be((0, true));
        await stop.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Stop_ConnectionThatHasSaidNothing_DoesNotHoldItUp()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.Limits.HeaderTimeout = TimeSpan.FromSeconds(1));
        using var silent = await Http2Socket.OpenAsync(fixture.Address);
        using var half = await Http2Socket.OpenAsync(fixture.Address);
        await half.SendAsync("PRI * HT"u8.ToArray());
        await Eventually.TrueAsync(() => fixture.Server.Connections == 2, "both are accepted");

        await fixture.Server.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Stop_RunningCall_IsFinished()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Greeter/Hello"));
        await socket.SendDataAsync(1, HelloFrame("wait"), end: true);
        await fixture.Running();

        var stop = fixture.Server.StopAsync();
        var goAway = await NextAsync(socket, Http2Frame.GoAway);
        stop.IsCompleted.Should().BeFalse("the call runs");
        fixture.Gate.SetResult();
        var answer = await socket.ReadAnswerAsync(1);

        goAway.Number(4).Should().Be(0, "nothing is wrong");
        (answer.GrpcStatus, answer.Body.Count).Should().Be(("0", HelloAnswer("wait").Length), answer.ToString());
        await stop.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Stop_RequestThatCrossedTheGoodbye_IsAnsweredAndNamedByTheLast()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Greeter/Hello"));
        await socket.SendDataAsync(1, HelloFrame("wait"), end: true);
        await fixture.Running();
        var stop = fixture.Server.StopAsync();
        var goAway = await NextAsync(socket, Http2Frame.GoAway);

        await socket.SendHeadersAsync(3, Http2Socket.CallHeaders("/greeter.Greeter/Hello"));
        await socket.SendDataAsync(3, HelloFrame("Anna"), end: true);
        var late = await socket.ReadAnswerAsync(3);
        fixture.Gate.SetResult();
        await stop.WaitAsync(TimeSpan.FromSeconds(10));

        // The good-bye leaves open which requests are still taken (RFC 9113, section 6.8); the last word names them.
        var last = await NextAsync(socket, Http2Frame.GoAway);
        goAway.Number().Should().Be(int.MaxValue);
        last.Number().Should().Be(3);
        (late.GrpcStatus, fixture.Greeter.Calls).Should().Be(("0", 2), late.ToString());
    }

    [Theory]
    [InlineData("/greeter.Greeter/Hello", "4")]
    [InlineData("/greeter.Greeter/Stream", "14")]
    public async Task Stop_CallThatRunsTooLong_IsCutWithAStatus(string path, string status)
    {
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        using var socket = await fixture.ConnectRawAsync();
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders(path));
        await socket.SendDataAsync(1, path.EndsWith("Hello", StringComparison.Ordinal) ? HelloFrame("wait") : RawServer.Frame(0, []), end: true);
        await fixture.Running();

        var stop = fixture.Server.StopAsync();
        var answer = await socket.ReadAnswerAsync(1);

        answer.GrpcStatus.Should().Be(status, answer.ToString());
        await fixture.Greeter.Cancelled.Task;
        await stop.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static byte[] HelloFrame(string name) => RawServer.Frame(0, new Request { Name = name }.ToByteArray());

    private static byte[] HelloAnswer(string name) => RawServer.Frame(0, new Response { Msg = "Hello " + name }.ToByteArray());

    private static async Task<Http2Frame> NextAsync(Http2Socket socket, byte type)
    {
        while (await socket.ReadAsync() is { } frame)
        {
            if (frame.Type == type)
            {
                return frame;
            }
        }

        throw new EndOfStreamException($"no frame of type {type}");
    }
}
