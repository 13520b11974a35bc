
namespace Micro.Client;

public sealed class AddressAndInterceptorTests
{
    private const string Ok = """{"msg":"ok"}""";

    [Fact]
    public async Task Call_Addresses_AreTakenInTurn_WithoutSelector_R_CLI_3()
    {
        await using var first = ScriptedServer.Answering("""{"msg":"1"}""");
        await using var second = ScriptedServer.Answering("""{"msg":"2"}""");
        await using var fixture = new ClientFixture();
        var options = new CallOptions { Addresses = [first.Address, second.Address] };
        var seen = new List<string>();
        for (var call = 0; call < 10; call++)
        {
            seen.Add((await fixture.CallAsync(options)).Msg);
        }

        seen.Count(msg => msg == "1").Should().Be(5);
        seen.Should().NotContainInConsecutiveOrder("1", "1").And.NotContainInConsecutiveOrder("2", "2");
        fixture.Selector.Picks.Should().Be(0);
    }

    [Fact]
    public async Task Call_AddressesBesideOtherCalls_RetryTakesTheNext_R_CLI_3()
    {
        await using var good = ScriptedServer.Answering(Ok);
        await using var fixture = new ClientFixture(options => options.RetryBudget = false);
        var options = new CallOptions { Addresses = [ScriptedServer.RefusedAddress(), good.Address], Retries = 1 };

        var calls = Enumerable.Range(0, 16).Select(async _ =>
        {
            for (var call = 0; call < 50; call++)
            {
                (await fixture.CallAsync(options)).Msg.Should().Be("ok");
            }
        });

        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Interceptors_ThreeLevels_FirstIsOutermost()
    {
        var log = new List<string>();
        await using var good = ScriptedServer.Answering(Ok);
        await using var fixture = new ClientFixture(
            options =>
            {
                options.Interceptors.Add(new OnCall(async (context, next) => await Log("call a", () => next(context))));
                options.Interceptors.Add(new OnCall(async (context, next) => await Log("call b", () => next(context))));
                options.AttemptInterceptors.Add(new OnAttempt(async (context, next) => await Log($"attempt {context.Attempt} {context.Node.Id}", () => next(context))));
            },
            ScriptedServer.RefusedAddress(),
            good.Address);
        var own = new CallOptions { AttemptInterceptors = [new OnAttempt(async (context, next) => await Log("own", () => next(context)))] };

        (await fixture.CallAsync(own)).Msg.Should().Be("ok");

        log.Should().Equal("call a", "call b", "attempt 0 node-0", "own", "attempt 1 node-1", "own", "/own", "/attempt 1 node-1", "/call b", "/call a");

        async ValueTask Log(string what, Func<ValueTask> next)
        {
            log.Add(what);
            await next();
            log.Add("/" + what);
        }
    }

    [Fact]
    public async Task Interceptor_ShortCircuitAndReplacement()
    {
        await using var good = ScriptedServer.Answering(Ok);
        object? response = new ClientFixture.Reply("cached");
        var goesOn = false;
        await using var fixture = new ClientFixture(
            options => options.Interceptors.Add(new OnCall(async (context, next) =>
            {
                if (goesOn && !context.IsStream)
                {
                    await next(context);
                    context.Response.Should().Be(new ClientFixture.Reply("ok"));
                }

                context.Response = response;
            })),
            good.Address);
        (await fixture.CallAsync()).Msg.Should().Be("cached");
        fixture.Selector.Picks.Should().Be(0);
        goesOn = true;
        (await fixture.CallAsync()).Msg.Should().Be("cached");
        response = "text";
        (await FluentActions.Awaiting(() => fixture.CallAsync()).Should().ThrowAsync<InvalidOperationException>()).WithMessage("*String*must be a Reply*");
        response = null;
        (await fixture.CallAsync()).Should().BeNull();
        await FluentActions.Awaiting(() => fixture.Client.OpenStreamAsync<int, int>("greeter", "Greeter.Stream"))
            .Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task Interceptor_Throws_ExceptionArrives_AndStrategyIsNotified()
    {
        await using var good = ScriptedServer.Answering(Ok);
        await using var fixture = new ClientFixture(
            options => options.AttemptInterceptors.Add(new OnAttempt((_, _) => throw new NotSupportedException("no"))), good.Address);

        await FluentActions.Awaiting(() => fixture.CallAsync()).Should().ThrowAsync<NotSupportedException>();

        fixture.Selector.Outcomes.Should().ContainSingle();
    }

    [Fact]
    public async Task Interceptor_AddsMetadata_ItIsSent_AndDoesNotLeak_R_CLI_2()
    {
        var seen = new List<string?>();
        await using var server = new ScriptedServer(async (socket, _) =>
        {
            while (await socket.ReadAsync(60) is { } request)
            {
                seen.Add(request["x-added"]);
                await socket.SendReplyAsync(Ok);
            }
        });
        var metadata = new CallMetadata { ["a"] = "1" };
        var round = 0;
        await using var fixture = new ClientFixture(
            options => options.Interceptors.Add(new OnCall((context, next) =>
            {
                if (round++ == 0)
                {
                    context.Metadata["x-added"] = "yes";
                }

                return next(context);
            })),
            server.Address);
        await fixture.CallAsync(new CallOptions { Metadata = metadata });
        await fixture.CallAsync(new CallOptions { Metadata = metadata });
        seen.Should().Equal("yes", null);
        metadata.Count.Should().Be(1);
    }

    [Fact]
    public async Task Call_WrongNames_AreRefused()
    {
        await using var fixture = new ClientFixture(null, "127.0.0.1:1");
        foreach (var (service, endpoint) in new[] { ("", "A.B"), ("a", ""), ("a\r\nX: y", "A.B"), ("a", "A.B\n"), ("a\0", "A.B") })
        {
            await FluentActions.Awaiting(() => fixture.Client.CallAsync<int, int>(service, endpoint, 1, null)).Should().ThrowAsync<ArgumentException>();
            await FluentActions.Awaiting(() => fixture.Client.OpenStreamAsync<int, int>(service, endpoint)).Should().ThrowAsync<ArgumentException>();
        }

        var failure = await fixture.FailAsync(new CallOptions { ContentType = "text/odd" });
        (failure.Code, failure.Kind).Should().Be((400, ErrorKind.InvalidRequest));
        fixture.Selector.Picks.Should().Be(0);
    }

    [Fact]
    public void CallOptions_OutOfRange_AreRefused()
    {
        Action[] wrong =
        [
            () => _ = new CallOptions { Retries = 6 },
            () => _ = new CallOptions { Retries = -1 },
            () => _ = new CallOptions { RequestTimeout = TimeSpan.Zero },
            () => _ = new CallOptions { AttemptTimeout = TimeSpan.FromSeconds(-1) },
            () => _ = new CallOptions { DialTimeout = TimeSpan.FromDays(25) },
            () => _ = new CallOptions { StreamTimeout = TimeSpan.FromSeconds(-1) },
        ];
        foreach (var make in wrong)
        {
            make.Should().Throw<ArgumentOutOfRangeException>();
        }

        new CallOptions { Retries = 0, StreamTimeout = TimeSpan.Zero, RequestTimeout = null }.Retries.Should().Be(0);
    }

    private sealed class OnCall(Func<ClientContext, Func<ClientContext, ValueTask>, ValueTask> run) : IClientInterceptor
    {
        public ValueTask InvokeAsync(ClientContext context, Func<ClientContext, ValueTask> next) => run(context, next);
    }

    private sealed class OnAttempt(Func<AttemptContext, Func<AttemptContext, ValueTask>, ValueTask> run) : IAttemptInterceptor
    {
        public ValueTask InvokeAsync(AttemptContext context, Func<AttemptContext, ValueTask> next) => run(context, next);
    }
}
