using Google.Protobuf;
using Greeter;
using Grpc.Core;
using Micro.Testing;

namespace Micro.Transport.Grpc.Tests.Server;

public sealed class ServerStreamTests
{
    [Fact]
    public async Task ServerStream_AllMessagesInOrder_ThenOk()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        await using var stream = channel.OpenStream(GrpcServerFixture.Counts);
        await stream.WriteAsync(new StreamRequest { Count = 100 });
        await stream.CompleteAsync();

        (await ReadAllAsync(stream)).Select(message => message.Count).Should().Equal(Enumerable.Range(0, 100).Select(number => (long)number));
    }

    [Fact]
    public async Task ClientStream_Messages_AreSummedUp()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        await using var stream = channel.OpenStream(StandardMethod.Create<StreamRequest, StreamResponse>("/greeter.Greeter/Sum"));
        for (var count = 1; count <= 50; count++)
        {
            await stream.WriteAsync(new StreamRequest { Count = count });
        }

        await stream.CompleteAsync();

        (await ReadAllAsync(stream)).Should().ContainSingle().Which.Count.Should().Be(1275);
    }

    [Fact]
    public async Task BidirectionalStream_InLockStep_EachPingHasItsPong()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        await using var stream = channel.OpenStream(GrpcServerFixture.PingPong);
        for (var stroke = 0; stroke < 20; stroke++)
        {
            await stream.WriteAsync(new Ping { Stroke = stroke });
            (await stream.ReadAsync())!.Stroke.Should().Be(stroke);
        }

        await stream.CompleteAsync();
        (await stream.ReadAsync()).Should().BeNull();
    }

    [Fact]
    public async Task Stream_WithoutAnyMessage_EndsWithTrailers()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        using var socket = await fixture.ConnectRawAsync();
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Greeter/PingPong"), end: true);

        var answer = await socket.ReadAnswerAsync(1);

        (answer.GrpcStatus, answer.IsTrailersOnly, answer.Body.Count).Should().Be(("0", false, 0));
    }

    [Fact]
    public async Task Stream_FailsHalfWay_MessagesComeBeforeTheStatus()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        await using var stream = channel.OpenStream(GrpcServerFixture.Counts);
        await stream.WriteAsync(new StreamRequest { Count = 13 });
        await stream.CompleteAsync();

        (await stream.ReadAsync())!.Count.Should().Be(0);
        (await stream.ReadAsync())!.Count.Should().Be(1);
        var error = (await FluentActions.Awaiting(() => stream.ReadAsync().AsTask()).Should().ThrowAsync<RpcException>()).Which;

        error.StatusCode.Should().Be(StatusCode.AlreadyExists);
        error.Status.Detail.Should().Be("""{"id":"greeter.stream","code":409,"detail":"unlucky","status":"Conflict"}""");
    }

    [Fact]
    public async Task Stream_HandlerEndsEarly_SendingCallerIsNotified()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(handlers: server =>
            server.HandleStream<Ping, Pong>("Early.End", async (stream, context) => await stream.WriteAsync(new Pong { Stroke = 7 }, context.CancellationToken)));
        using var socket = await fixture.ConnectRawAsync();
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Early/End"));

        var answer = await socket.ReadAnswerAsync(1);

        answer.GrpcStatus.Should().Be("0");
        answer.Body.Should().Equal(RawServer.Frame(0, new Pong { Stroke = 7 }.ToByteArray()));
        await fixture.ExpectHealthyAsync();
    }

    [Fact]
    public async Task Stream_CallerGone_HandlerEnds_R_SRV_12()
    {
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        await using (var stream = channel.OpenStream(GrpcServerFixture.PingPong))
        {
            await stream.WriteAsync(new Ping { Stroke = 1 });
            await stream.ReadAsync();
            fixture.Server.RunningCalls.Should().Be(1);
        }

        await Eventually.TrueAsync(() => fixture.Server.RunningCalls == 0, "the handler has ended");
        fixture.Logs.Entries.Should().NotContain(entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Fact]
    public async Task Stream_CallerReadsNothing_HandlerWaitsWithBoundedMemory()
    {
        var sent = 0;
        await using var fixture = await GrpcServerFixture.StartAsync(handlers: server =>
            server.HandleStream<Ping, Response>("Flood.Send", async (stream, context) =>
            {
                while (true)
                {
                    await stream.WriteAsync(new Response { Msg = new string('x', 10_000) }, context.CancellationToken);
                    Interlocked.Increment(ref sent);
                }
            }));
        using var socket = await Http2Socket.ConnectAsync(fixture.Address, (4, 0));
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Flood/Send"), end: true);
        await fixture.Running();
        await Eventually.TrueAsync(
            async () =>
            {
                var before = Volatile.Read(ref sent);
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
                return before == Volatile.Read(ref sent);
            },
            "it stops sending");

        Volatile.Read(ref sent).Should().BeLessThan(100, "1 MiB is the most that waits for one stream");
        await fixture.ExpectHealthyAsync();
    }

    [Fact]
    public async Task Stream_CallerReadsNothingForTooLong_IsCut_S14()
    {
        await using var fixture = await GrpcServerFixture.StartAsync(
            options => options.Limits.WriteTimeout = TimeSpan.FromSeconds(2),
            server => server.HandleStream<Ping, Response>("Flood.Send", async (stream, context) =>
            {
                while (true)
                {
                    await stream.WriteAsync(new Response { Msg = new string('x', 10_000) }, context.CancellationToken);
                }
            }));
        using var socket = await Http2Socket.ConnectAsync(fixture.Address, (4, 0));
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/greeter.Flood/Send"), end: true);
        await fixture.Running();

        await Eventually.TrueAsync(() => fixture.Server.RunningCalls == 0, "the caller is cut off", 30);
    }

    private static async Task<List<TResponse>> ReadAllAsync<TRequest, TResponse>(StandardStream<TRequest, TResponse> stream)
        where TRequest : class
        where TResponse : class
    {
        var all = new List<TResponse>();
        while (await stream.ReadAsync() is { } message)
        {
            all.Add(message);
        }

        return all;
    }
}
