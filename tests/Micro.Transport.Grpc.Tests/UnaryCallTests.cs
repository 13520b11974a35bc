using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;

namespace Micro.Transport.Grpc.Tests;

public sealed class UnaryCallTests
{
    private static readonly StringValue Request = new() { Value = "Anna" };

    [Fact]
    public async Task Call_Echo_AnswersAndSendsWhatGrpcAsksFor()
    {
        HeaderDictionary? headers = null;
        string? path = null;
        await using var server = await RawServer.StartAsync(async context =>
        {
            headers = new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
            path = context.Request.Path;
            await RawServer.AnswerAsync(context, RawServer.Frame("Hello " + await RawServer.ReadTextAsync(context)));
        });
        await using var channel = server.Connect();

        var answer = await channel.CallAsync(RawServer.Method, Request, new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(30), ContentSubtype = "proto" });

        answer.Value.Should().Be("Hello Anna");
        path.Should().Be("/test.Echo/Call");
        headers!["te"].ToString().Should().Be("trailers");
        headers["content-type"].ToString().Should().Be("application/grpc+proto");
        headers["grpc-timeout"].ToString().Should().Be("30000000u");
    }

    [Fact]
    public async Task Call_Metadata_ArrivesAsItWasGiven()
    {
        HeaderDictionary? headers = null;
        await using var server = await RawServer.StartAsync(async context =>
        {
            headers = new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
            await RawServer.AnswerAsync(context, RawServer.Frame(""));
        });
        await using var channel = server.Connect();
        var metadata = new GrpcMetadata();
        metadata.Add("Token", "secret");
        metadata.Add("Trace-Bin", [1, 2, 255]);

        await channel.CallAsync(RawServer.Method, Request, new GrpcCallOptions { Metadata = metadata });

        headers!["token"].ToString().Should().Be("secret");
        headers["trace-bin"].ToString().Should().Be("AQL/");
    }

    [Fact]
    public async Task Call_MessageOnSecondLimit_ConnectionStaysUsable_S10()
    {
        await using var server = await RawServer.StartAsync(async context =>
        {
            var text = await RawServer.ReadTextAsync(context);
            await RawServer.AnswerAsync(context, RawServer.Frame(new string('x', text.Length * 100)));
        });
        await using var channel = server.Connect(options =>
        {
            options.MaxReceiveMessageBytes = 1000;
            options.MaxSendMessageBytes = 100;
        });

        (await CallErrorAsync(channel, new string('a', 10))).StatusCode.Should().Be(GrpcStatusCode.ResourceExhausted);
        (await CallErrorAsync(channel, new string('a', 101))).Kind.Should().Be(ErrorKind.InvalidRequest);
        (await channel.CallAsync(RawServer.Method, new StringValue { Value = "123456789" })).Value.Should().HaveLength(900);
    }

    [Fact]
    public async Task Call_LargeMessages_BothWays()
    {
        await using var server = await RawServer.StartAsync(async context =>
            await RawServer.AnswerAsync(context, RawServer.Frame(await RawServer.ReadTextAsync(context))));
        await using var channel = server.Connect(options =>
        {
            options.MaxReceiveMessageBytes = 16 * 1024 * 1024;
            options.MaxSendMessageBytes = 16 * 1024 * 1024;
        });
        var text = new string('y', 5_000_000);

        (await channel.CallAsync(RawServer.Method, new StringValue { Value = text })).Value.Should().Be(text);
    }

    [Fact]
    public async Task Call_DeadlinePasses_DeadlineExceeded_T10()
    {
        await using var server = await RawServer.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var channel = server.Connect();

        var error = await CallErrorAsync(channel, "x", new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(100) });

        error.StatusCode.Should().Be(GrpcStatusCode.DeadlineExceeded);
        error.Kind.Should().Be(ErrorKind.Timeout);
        error.Code.Should().Be(408);
    }

    [Fact]
    public async Task Call_DeadlineOver_FailsWithoutBeingSent()
    {
        var calls = 0;
        await using var server = await RawServer.StartAsync(_ =>
        {
            Interlocked.Increment(ref calls);
            return Task.CompletedTask;
        });
        await using var channel = server.Connect();

        (await CallErrorAsync(channel, "x", new GrpcCallOptions { Timeout = TimeSpan.Zero })).StatusCode.Should().Be(GrpcStatusCode.DeadlineExceeded);
        calls.Should().Be(0);
    }

    [Fact]
    public async Task Call_Cancelled_ServerIsTold()
    {
        var arrived = new TaskCompletionSource();
        var aborted = new TaskCompletionSource();
        await using var server = await RawServer.StartAsync(async context =>
        {
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            arrived.SetResult();
            await aborted.Task;
        });
        await using var channel = server.Connect();
        using var stop = new CancellationTokenSource();

        var call = channel.CallAsync(RawServer.Method, Request, cancellationToken: stop.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await stop.CancelAsync();

        (await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(stop.Token);
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Call_NobodyListens_ConnectError()
    {
        var server = await RawServer.StartAsync(_ => Task.CompletedTask);
        await server.DisposeAsync();
        await using var channel = server.Connect();

        var error = await CallErrorAsync(channel, "x");

        error.StatusCode.Should().Be(GrpcStatusCode.Unavailable);
        error.Kind.Should().Be(ErrorKind.Connect);
    }

    [Fact]
    public async Task Dispose_RunningCall_Ends()
    {
        var arrived = new TaskCompletionSource();
        await using var server = await RawServer.StartAsync(context =>
        {
            arrived.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        var channel = server.Connect();
        var call = CallErrorAsync(channel, "x");
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await channel.DisposeAsync();

        (await call.WaitAsync(TimeSpan.FromSeconds(20))).StatusCode.Should().Be(GrpcStatusCode.Cancelled);
        await FluentActions.Awaiting(() => channel.CallAsync(RawServer.Method, Request)).Should().ThrowAsync<ObjectDisposedException>();
    }

    internal static async Task<GrpcException> CallErrorAsync(IGrpcChannel channel, string text, GrpcCallOptions? options = null) =>
        (await FluentActions.Awaiting(() => channel.CallAsync(RawServer.Method, new StringValue { Value = text }, options))
            .Should().ThrowAsync<GrpcException>()).Which;
}
