using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;

namespace Micro.Transport.Grpc.Tests;

public sealed class StreamTests
{
    [Fact]
    public async Task Stream_BothWays_MessagesAlternate()
    {
        await using var server = await RawServer.StartAsync(EchoAsync);
        await using var channel = server.Connect();
        await using var stream = channel.OpenStream(RawServer.Method);

        for (var round = 0; round < 100; round++)
        {
            await stream.WriteAsync(new StringValue { Value = "m" + round });
            (await stream.ReadAsync())!.Value.Should().Be("m" + round);
        }

        await stream.CompleteAsync();
        (await stream.ReadAsync()).Should().BeNull();
        (await stream.ReadAsync()).Should().BeNull("the end stays the end");
        stream.Trailers.TryGetValue("after", out var after).Should().BeTrue();
        after.Should().Be("all");
    }

    [Fact]
    public async Task Stream_ServerSendsMany_AllAreRead()
    {
        await using var server = await RawServer.StartAsync(async context =>
        {
            context.Response.Headers["before"] = "all";
            await RawServer.ReadTextAsync(context);
            await RawServer.AnswerAsync(context, [.. Enumerable.Range(0, 1000).SelectMany(index => RawServer.Frame("m" + index))]);
        });
        await using var channel = server.Connect();
        await using var stream = channel.OpenStream(RawServer.Method);
        await stream.WriteAsync(new StringValue());
        await stream.CompleteAsync();

        var seen = new List<string>();
        while (await stream.ReadAsync() is { } message)
        {
            seen.Add(message.Value);
        }

        seen.Should().Equal(Enumerable.Range(0, 1000).Select(index => "m" + index));
        (await stream.GetHeadersAsync()).TryGetValue("before", out _).Should().BeTrue();
    }

    [Fact]
    public async Task Stream_ServerEndsWithError_ReadTellsStatus()
    {
        await using var server = await RawServer.StartAsync(context => RawServer.AnswerAsync(context, RawServer.Frame("one"), "7", "no"));
        await using var channel = server.Connect();
        await using var stream = channel.OpenStream(RawServer.Method);

        (await stream.ReadAsync())!.Value.Should().Be("one");
        var error = (await FluentActions.Awaiting(() => stream.ReadAsync().AsTask()).Should().ThrowAsync<GrpcException>()).Which;
        error.StatusCode.Should().Be(GrpcStatusCode.PermissionDenied);
        error.Detail.Should().Be("no");
    }

    [Fact]
    public async Task Stream_NobodyListens_WriteAndReadFail()
    {
        var server = await RawServer.StartAsync(_ => Task.CompletedTask);
        await server.DisposeAsync();
        await using var channel = server.Connect();
        await using var stream = channel.OpenStream(RawServer.Method);

        (await FluentActions.Awaiting(() => stream.WriteAsync(new StringValue()).AsTask()).Should().ThrowAsync<GrpcException>())
            .Which.Kind.Should().Be(ErrorKind.Connect);
        (await FluentActions.Awaiting(() => stream.ReadAsync().AsTask()).Should().ThrowAsync<GrpcException>())
            .Which.Kind.Should().Be(ErrorKind.Connect);
    }

    [Fact]
    public async Task Stream_ReadCancelled_EndsTheCall()
    {
        var aborted = new TaskCompletionSource();
        await using var server = await RawServer.StartAsync(async context =>
        {
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.FlushAsync();
            await aborted.Task;
        });
        await using var channel = server.Connect();
        await using var stream = channel.OpenStream(RawServer.Method);
        using var stop = new CancellationTokenSource();
        await stream.WriteAsync(new StringValue());

        var read = stream.ReadAsync(stop.Token).AsTask();
        await stop.CancelAsync();

        await FluentActions.Awaiting(() => read).Should().ThrowAsync<OperationCanceledException>();
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Dispose_BeforeTheEnd_CancelsAtTheServer()
    {
        var aborted = new TaskCompletionSource();
        await using var server = await RawServer.StartAsync(async context =>
        {
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            await RawServer.AnswerAsync(context, RawServer.Frame("one"));
            await aborted.Task;
        });
        await using var channel = server.Connect();
        await using (var stream = channel.OpenStream(RawServer.Method))
        {
            (await stream.ReadAsync())!.Value.Should().Be("one");
        }

        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Stream_Deadline_EndsIt()
    {
        await using var server = await RawServer.StartAsync(EchoAsync);
        await using var channel = server.Connect();
        await using var stream = channel.OpenStream(RawServer.Method, new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(200) });

        (await FluentActions.Awaiting(() => stream.ReadAsync().AsTask()).Should().ThrowAsync<GrpcException>())
            .Which.StatusCode.Should().Be(GrpcStatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task Stream_ConnectionCut_Broken()
    {
        var server = await RawServer.StartAsync(EchoAsync);
        await using var channel = server.Connect();
        await using var stream = channel.OpenStream(RawServer.Method);
        await stream.WriteAsync(new StringValue { Value = "a" });
        await stream.ReadAsync();

        await server.DisposeAsync();

        var error = (await FluentActions.Awaiting(() => stream.ReadAsync().AsTask()).Should().ThrowAsync<GrpcException>()).Which;
        error.StatusCode.Should().BeOneOf(GrpcStatusCode.Unavailable, GrpcStatusCode.Internal, GrpcStatusCode.Cancelled);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.FlushAsync();
        var buffer = new byte[4096];
        int count;
        while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        context.Response.AppendTrailer("grpc-status", "0");
        context.Response.AppendTrailer("after", "all");
    }
}
