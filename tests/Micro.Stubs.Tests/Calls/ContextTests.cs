using Grpc.Core;

namespace Micro.Stubs.Calls;

/// <summary>The call context of handlers of generated stubs, and the metadata that they send beside the answer.</summary>
public sealed class ContextTests
{
    public static TheoryData<string> Ways => StubService.Ways;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Stopping_ServerStops_FiresAndTheHandlerEndsItsStream_R33(string way)
    {
        await using var fixture = await StubService.StartAsync(new NumbersService());
        using var stream = new Numbers.NumbersClient(fixture.Invoker(way)).Count(new Number { Value = -1 });
        (await stream.ResponseStream.MoveNext(CancellationToken.None)).Should().BeTrue();

        var stopping = fixture.Service.StopAsync();

        (await stream.ResponseStream.MoveNext(CancellationToken.None)).Should().BeTrue();
        stream.ResponseStream.Current.Value.Should().Be(-1);
        (await stream.ResponseStream.MoveNext(CancellationToken.None)).Should().BeFalse();
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Context_OfACall_HasMethodPeerHostDeadlineAndState(string way)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(40);
        var handler = new NumbersService
        {
            OnCall = context =>
            {
                seen["method"] = context.Method;
                seen["host"] = context.Host;
                seen["peer"] = context.Peer;
                seen["left"] = (deadline - context.Deadline).Duration().TotalSeconds < 5 ? "close" : $"{context.Deadline:O}";
                context.UserState["key"] = "value";
                seen["state"] = (string)context.UserState["key"];
                seen["authenticated"] = $"{context.AuthContext.IsPeerAuthenticated}";
            },
        };
        await using var fixture = await StubService.StartAsync(handler);

        await new Numbers.NumbersClient(fixture.Invoker(way)).DoubleAsync(new Number(), deadline: deadline);

        seen.Should().Contain(new Dictionary<string, string>
        {
            ["method"] = "/micro.tests.calls.Numbers/Double",
            ["host"] = fixture.Service.Server.Address!,
            ["left"] = "close",
            ["state"] = "value",
            ["authenticated"] = "False",
        });
        seen["peer"].Should().StartWith("ipv4:127.0.0.1:");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Metadata_TextBinaryAndRepeated_ArriveAndComeBack(string way)
    {
        Metadata? received = null;
        var handler = new NumbersService
        {
            BeforeAnswer = async context =>
            {
                received = context.RequestHeaders;
                await context.WriteResponseHeadersAsync(new Metadata { { "region", "north" }, { "key-bin", [1, 2, 255] } });
                context.ResponseTrailers.Add("cost", "3");
                context.ResponseTrailers.Add("proof-bin", [9, 8]);
            },
        };
        await using var fixture = await StubService.StartAsync(handler);
        var headers = new Metadata { { "trace", "abc" }, { "token-bin", [0, 128, 255] }, { "many", "1" }, { "many", "2" } };

        using var call = new Numbers.NumbersClient(fixture.Invoker(way)).DoubleAsync(new Number(), headers);
        await call;

        received!.GetValue("trace").Should().Be("abc");
        received!.GetValueBytes("token-bin").Should().Equal(0, 128, 255);
        received!.GetValue("many").Should().Be("1,2");
        received!.Select(entry => entry.Key).Should().NotContain(key => key.StartsWith("micro-", StringComparison.Ordinal) || key == "content-type" || key == "timeout");
        var response = await call.ResponseHeadersAsync;
        response.GetValue("region").Should().Be("north");
        response.GetValueBytes("key-bin").Should().Equal(1, 2, 255);
        call.GetTrailers().GetValue("cost").Should().Be("3");
        call.GetTrailers().GetValueBytes("proof-bin").Should().Equal(9, 8);
        call.GetTrailers().Get("region").Should().BeNull();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Metadata_OfAStream_HeadersComeWithItAndTrailersAtItsEnd(string way)
    {
        var handler = new NumbersService
        {
            OnCall = context =>
            {
                _ = context.WriteResponseHeadersAsync(new Metadata { { "region", "north" } });
                context.ResponseTrailers.Add("cost", "3");
            },
        };
        await using var fixture = await StubService.StartAsync(handler);

        using var call = new Numbers.NumbersClient(fixture.Invoker(way)).Count(new Number { Value = 2 });

        (await CallTests.ValuesAsync(call.ResponseStream)).Should().Equal(1, 2);
        (await call.ResponseHeadersAsync).GetValue("region").Should().Be("north");
        call.GetTrailers().GetValue("cost").Should().Be("3");
    }

    [Fact]
    public async Task WriteResponseHeaders_OverGrpc_AreThereBeforeTheAnswer()
    {
        var mayAnswer = new TaskCompletionSource();
        var handler = new NumbersService
        {
            BeforeAnswer = async context =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "region", "north" } });
                await mayAnswer.Task;
            },
        };
        await using var fixture = await StubService.StartAsync(handler);
        using var call = new Numbers.NumbersClient(fixture.Invoker("grpc")).DoubleAsync(new Number());

        (await call.ResponseHeadersAsync.WaitAsync(TimeSpan.FromSeconds(20))).GetValue("region").Should().Be("north");
        call.ResponseAsync.IsCompleted.Should().BeFalse();

        mayAnswer.SetResult();
        await call;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Status_SetByTheHandler_EndsTheCallWithIt(string way)
    {
        var handler = new NumbersService { OnCall = context => context.Status = new Status(StatusCode.DataLoss, "half of it") };
        await using var fixture = await StubService.StartAsync(handler);
        var client = new Numbers.NumbersClient(fixture.Invoker(way));

        (await FluentActions.Awaiting(async () => await client.DoubleAsync(new Number())).Should().ThrowAsync<RpcException>())
            .Which.Status.Should().Match<Status>(status => status.StatusCode == StatusCode.DataLoss && status.Detail == "half of it");
        using var stream = client.Count(new Number { Value = 1 });
        (await FluentActions.Awaiting(() => CallTests.ValuesAsync(stream.ResponseStream)).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.DataLoss);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Failure_OfEachKind_HasTheStatusThatTheHandlerMeant(string way)
    {
        Exception? failure = null;
        await using var fixture = await StubService.StartAsync(new FailingService(context =>
        {
            context.ResponseTrailers.Add("left", "2");
            return failure;
        }));
        var client = new Nothing.NothingClient(fixture.Invoker(way));

        async Task<RpcException> FailAsync(Exception exception)
        {
            failure = exception;
            return (await FluentActions.Awaiting(async () => await client.PingAsync(new())).Should().ThrowAsync<RpcException>()).Which;
        }

        var grpc = await FailAsync(new RpcException(new Status(StatusCode.ResourceExhausted, "no more tea é")));
        grpc.Status.Should().Match<Status>(status => status.StatusCode == StatusCode.ResourceExhausted && status.Detail == "no more tea é");
        grpc.Trailers.GetValue("left").Should().Be("2");
        var micro = await FailAsync(MicroException.Conflict("orders", "taken"));
        micro.StatusCode.Should().Be(StatusCode.AlreadyExists);
        micro.Status.Detail.Should().Be("""{"id":"orders","code":409,"detail":"taken","status":"Conflict"}""");
        micro.Trailers.GetValue("left").Should().Be("2");
        var other = await FailAsync(new InvalidDataException("secret"));
        other.StatusCode.Should().Be(StatusCode.Internal);
        other.Status.Detail.Should().Contain("internal error").And.NotContain("secret");
        using var stream = client.Tick(new());
        failure = new RpcException(new Status(StatusCode.Aborted, "later"), new Metadata { { "grpc-status-details-bin", [8, 10] } });
        (await stream.ResponseStream.MoveNext(CancellationToken.None)).Should().BeTrue();
        var late = (await FluentActions.Awaiting(() => stream.ResponseStream.MoveNext(CancellationToken.None)).Should().ThrowAsync<RpcException>()).Which;
        late.Status.Should().Match<Status>(status => status.StatusCode == StatusCode.Aborted && status.Detail == "later");
        late.Trailers.GetValueBytes("grpc-status-details-bin").Should().Equal(8, 10);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Trailers_TooLarge_FailTheCallAndNotTheConnection(string way)
    {
        var handler = new NumbersService { OnCall = context => context.ResponseTrailers.Add("much", new string('x', 9000)) };
        await using var fixture = await StubService.StartAsync(handler);
        var client = new Numbers.NumbersClient(fixture.Invoker(way));

        (await FluentActions.Awaiting(async () => await client.DoubleAsync(new Number())).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Internal);
        handler.OnCall = null;
        (await client.DoubleAsync(new Number { Value = 1 })).Value.Should().Be(2);
    }
}
