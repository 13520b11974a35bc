using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Micro.Stubs.Calls;

/// <summary>Handlers and clients that Grpc.Tools generates, through a real server and a real client, over both protocols.</summary>
public sealed class CallTests
{
    public static TheoryData<string> Ways => StubService.Ways;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_AllFourKinds_AnswerTyped(string way)
    {
        await using var fixture = await StubService.StartAsync(new NumbersService());
        var client = new Numbers.NumbersClient(fixture.Invoker(way));

        (await client.DoubleAsync(new Number { Value = 21 })).Value.Should().Be(42);
        client.Double(new Number { Value = 4 }).Value.Should().Be(8);
        using var count = client.Count(new Number { Value = 3 });
        (await ValuesAsync(count.ResponseStream)).Should().Equal(1, 2, 3);
        count.GetStatus().StatusCode.Should().Be(StatusCode.OK);
        using var sum = client.Sum();
        await WriteAsync(sum.RequestStream, 1, 2, 3, 4);
        (await sum).Value.Should().Be(10);
        using var negate = client.Negate();
        await WriteAsync(negate.RequestStream, 5, 6);
        (await ValuesAsync(negate.ResponseStream)).Should().Equal(-5, -6);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_DuplexOneAtATime_EachAnswerComesBeforeTheNextRequest(string way)
    {
        await using var fixture = await StubService.StartAsync(new NumbersService());
        using var negate = new Numbers.NumbersClient(fixture.Invoker(way)).Negate();

        for (var value = 1; value <= 3; value++)
        {
            await negate.RequestStream.WriteAsync(new Number { Value = value });
            (await negate.ResponseStream.MoveNext(CancellationToken.None)).Should().BeTrue();
            negate.ResponseStream.Current.Value.Should().Be(-value);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_NothingOverridden_IsUnimplementedForEveryKind(string way)
    {
        await using var fixture = await StubService.StartAsync(new NothingService());
        var client = new Nothing.NothingClient(fixture.Invoker(way));

        (await FluentActions.Awaiting(async () => await client.PingAsync(new Empty())).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unimplemented);
        using var tick = client.Tick(new Empty());
        (await FluentActions.Awaiting(() => tick.ResponseStream.MoveNext(CancellationToken.None)).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unimplemented);
        using var take = client.Take();
        (await FluentActions.Awaiting(async () => await take).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unimplemented);
        using var swap = client.Swap();
        (await FluentActions.Awaiting(() => swap.ResponseStream.MoveNext(CancellationToken.None)).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unimplemented);
        swap.GetStatus().StatusCode.Should().Be(StatusCode.Unimplemented);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task ClientStream_ServerFailsBeforeTheEnd_StatusAndTrailersAreSurfaced(string way)
    {
        await using var fixture = await StubService.StartAsync(new NumbersService());
        using var call = new Numbers.NumbersClient(fixture.Invoker(way)).fail_early();
        await call.RequestStream.WriteAsync(new Number { Value = 13 });

        var failure = (await FluentActions.Awaiting(async () => await call).Should().ThrowAsync<RpcException>()).Which;

        failure.Status.Should().Match<Status>(status => status.StatusCode == StatusCode.OutOfRange && status.Detail == "13 is no good");
        failure.Trailers.GetValue("hint").Should().Be("smaller");
        call.GetTrailers().GetValue("hint").Should().Be("smaller");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task ServerStream_CallDisposed_HandlerEnds(string way)
    {
        var handler = new NumbersService();
        await using var fixture = await StubService.StartAsync(handler);
        var call = new Numbers.NumbersClient(fixture.Invoker(way)).Count(new Number { Value = long.MaxValue });
        (await call.ResponseStream.MoveNext(CancellationToken.None)).Should().BeTrue();

        call.Dispose();

        await handler.Counted.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_Cancelled_EndsWithCancelledAndReachesTheHandler(string way)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = new NumbersService
        {
            BeforeAnswer = async context =>
            {
                reached.TrySetResult();
                await using var registration = context.CancellationToken.Register(() => ended.TrySetResult());
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
            },
        };
        await using var fixture = await StubService.StartAsync(handler);
        using var cancellation = new CancellationTokenSource();
        using var call = new Numbers.NumbersClient(fixture.Invoker(way)).DoubleAsync(new Number(), cancellationToken: cancellation.Token);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await cancellation.CancelAsync();

        (await FluentActions.Awaiting(async () => await call).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Cancelled);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_DeadlinePasses_EndsWithDeadlineExceeded(string way)
    {
        var handler = new NumbersService { BeforeAnswer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken) };
        await using var fixture = await StubService.StartAsync(handler);
        var client = new Numbers.NumbersClient(fixture.Invoker(way));

        (await FluentActions.Awaiting(async () => await client.DoubleAsync(new Number(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(300)))
            .Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.DeadlineExceeded);
        (await FluentActions.Awaiting(async () => await client.DoubleAsync(new Number(), deadline: DateTime.UnixEpoch))
            .Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task Call_DeadlineBeyondTheAttemptTimeout_TheServerMayTakeAllOfIt()
    {
        var handler = new NumbersService { BeforeAnswer = context => Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, context.CancellationToken) };
        await using var fixture = await StubService.StartAsync(handler);
        await using var caller = StubService.Create("caller", options => options
            .ClientOptions(client => client.AttemptTimeout = TimeSpan.FromMilliseconds(100))
            .Registry(fixture.Service.Registry));
        var client = new Numbers.NumbersClient(caller.Client.AsCallInvoker(StubService.Name));

        (await client.DoubleAsync(new Number { Value = 1 }, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(30))).Value.Should().Be(2);
    }

    [Fact]
    public async Task Call_NoSuchService_IsTheStatusOfOurErrorWithItsJson()
    {
        await using var caller = StubService.Create("caller");
        var client = new Numbers.NumbersClient(caller.Client.AsCallInvoker("nobody"));

        var failure = (await FluentActions.Awaiting(async () => await client.DoubleAsync(new Number())).Should().ThrowAsync<RpcException>()).Which;

        failure.StatusCode.Should().Be(StatusCode.NotFound);
        failure.Status.Detail.Should().StartWith("{\"id\":\"go.micro.client\",\"code\":404").And.Contain("nobody");
        failure.Status.DebugException.Should().BeAssignableTo<MicroException>();
    }

    [Fact]
    public async Task Call_WaitForReady_WaitsForTheServiceAndItsHeaders()
    {
        await using var service = StubService.Create();
        service.Handle(new NumbersService { BeforeAnswer = context => context.WriteResponseHeadersAsync(new Metadata { { "region", "north" } }) });
        await using var caller = StubService.Create("caller", options => options.Registry(service.Registry));
        var client = new Numbers.NumbersClient(caller.Client.AsCallInvoker(StubService.Name));
        using var call = client.DoubleAsync(new Number { Value = 3 }, new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(30)).WithWaitForReady());
        var headers = call.ResponseHeadersAsync;
        call.ResponseAsync.IsCompleted.Should().BeFalse();

        await service.StartAsync();

        (await call).Value.Should().Be(6);
        (await headers).GetValue("region").Should().Be("north");
    }

    [Fact]
    public async Task Call_WaitForReadyUntilTheDeadline_IsTheErrorOfTheLastTry()
    {
        await using var caller = StubService.Create("caller");
        var client = new Numbers.NumbersClient(caller.Client.AsCallInvoker("nobody"));

        var failure = (await FluentActions.Awaiting(async () =>
            await client.DoubleAsync(new Number(), new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(300)).WithWaitForReady()))
            .Should().ThrowAsync<RpcException>()).Which;

        failure.StatusCode.Should().BeOneOf(StatusCode.NotFound, StatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task Call_Credentials_AreRefusedAtTheDoor()
    {
        await using var caller = StubService.Create("caller");
        var client = new Numbers.NumbersClient(caller.Client.AsCallInvoker("nobody"));
        var credentials = CallCredentials.FromInterceptor(static (_, _) => Task.CompletedTask);

        FluentActions.Invoking(() => client.DoubleAsync(new Number(), new CallOptions(credentials: credentials))).Should().Throw<NotSupportedException>();
    }

    [Fact]
    public async Task GetStatus_CallRunning_Throws()
    {
        var handler = new NumbersService { BeforeAnswer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken) };
        await using var fixture = await StubService.StartAsync(handler);
        using var call = new Numbers.NumbersClient(fixture.Invoker("mucp")).DoubleAsync(new Number());

        FluentActions.Invoking(call.GetStatus).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(call.GetTrailers).Should().Throw<InvalidOperationException>();
    }

    internal static async Task WriteAsync(IClientStreamWriter<Number> requests, params long[] values)
    {
        foreach (var value in values)
        {
            await requests.WriteAsync(new Number { Value = value });
        }

        await requests.CompleteAsync();
    }

    internal static async Task<List<long>> ValuesAsync(IAsyncStreamReader<Number> numbers)
    {
        var values = new List<long>();
        await foreach (var number in numbers.ReadAllAsync())
        {
            values.Add(number.Value);
        }

        return values;
    }
}
