using System.Threading.Channels;
using Micro.Server;
using Micro.Testing;

namespace Micro.Client;

/// <summary>Tests deadlines. Time is stopped until the request has arrived, so that a busy machine changes nothing.</summary>
public sealed class DeadlineTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Channel<RawMessage> _requests = Channel.CreateUnbounded<RawMessage>();

    [Fact]
    public async Task Call_NoReplyWithinTheAttempt_Is408WithLimitAndNode_R_CLI_6()
    {
        await using var silent = Silent();
        await using var fixture = new ClientFixture(OnManualTime, silent.Address);

        var failing = fixture.FailAsync(new CallOptions { AttemptTimeout = TimeSpan.FromMilliseconds(100) });
        (await NextRequestAsync())["Timeout"].Should().Be("100000000", "the server is told what the client waits");
        _time.Advance(TimeSpan.FromMilliseconds(100));
        var failure = await failing;

        (failure.Code, failure.Id, failure.Kind, failure.Attempts).Should().Be((408, "go.micro.client", ErrorKind.Timeout, 1));
        failure.Detail.Should().Contain("attempt timeout of 0.1 s").And.Contain($"node-0 at {silent.Address}");
        fixture.Selector.Outcomes.Should().ContainSingle().Which.Outcome.Failure.Should().Be(ErrorKind.Timeout);
        fixture.Client.IdleConnections.Should().Be(0, "the late reply must meet nobody");
    }

    [Fact]
    public async Task Call_RequestTimeoutShorter_BoundsAttemptAndHeader_R_CLI_6()
    {
        await using var silent = Silent();
        await using var fixture = new ClientFixture(OnManualTime, silent.Address);

        var failing = fixture.FailAsync(new CallOptions { RequestTimeout = TimeSpan.FromMilliseconds(200), Idempotent = true });
        (await NextRequestAsync())["Timeout"].Should().Be("200000000");
        _time.Advance(TimeSpan.FromMilliseconds(200));

        (await failing).Detail.Should().Contain("request timeout of 0.2 s");
    }

    [Fact]
    public async Task Call_TimedOutInAnotherCulture_TextIsInvariant()
    {
        using var culture = new CommaCulture();
        await using var silent = Silent();
        await using var fixture = new ClientFixture(OnManualTime, silent.Address);

        var failing = fixture.FailAsync(new CallOptions { AttemptTimeout = TimeSpan.FromMilliseconds(150) });
        await NextRequestAsync();
        _time.Advance(TimeSpan.FromMilliseconds(150));

        (await failing).Detail.Should().Contain("within the attempt timeout of 0.15 s");
    }

    [Fact]
    public async Task Call_TimedOutAndIdempotent_AttemptsShareOneDeadline()
    {
        await using var silent = Silent();
        await using var fixture = new ClientFixture(OnManualTime, silent.Address);

        var failing = fixture.FailAsync(new CallOptions
        {
            RequestTimeout = TimeSpan.FromMilliseconds(250),
            AttemptTimeout = TimeSpan.FromMilliseconds(100),
            Idempotent = true,
        });
        foreach (var milliseconds in new[] { 100, 100, 50 })
        {
            (await NextRequestAsync())["Timeout"].Should().Be($"{milliseconds}000000");
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        }

        var failure = await failing;
        (failure.Code, failure.Attempts).Should().Be((408, 3), "the deadline is fixed once for all attempts; without it there would be 6");
    }

    [Fact]
    public async Task Call_ParentsDeadline_BoundsTheCall_R_CLI_7()
    {
        await using var silent = Silent();
        await using var fixture = new ClientFixture(OnManualTime, silent.Address);

        var failing = fixture.FailAsync(new CallOptions { Parent = ParentWith(TimeSpan.FromMilliseconds(100)) });
        (await NextRequestAsync())["Timeout"].Should().Be("100000000");
        _time.Advance(TimeSpan.FromMilliseconds(100));
        var failure = await failing;

        (failure.Code, failure.Kind).Should().Be((408, ErrorKind.Timeout));
        fixture.Selector.Picks.Should().Be(1);
    }

    [Fact]
    public async Task Call_ParentsDeadlinePassed_CallsNoNode_R_CLI_7()
    {
        await using var silent = Silent();
        await using var fixture = new ClientFixture(OnManualTime, silent.Address);

        var failure = await fixture.FailAsync(new CallOptions { Parent = ParentWith(TimeSpan.Zero) });

        (failure.Code, failure.Kind).Should().Be((408, ErrorKind.Timeout));
        fixture.Selector.Picks.Should().Be(0);
    }

    [Fact]
    public async Task Call_CallerCancels_Throws_AndStrategyIsNotified()
    {
        using var cancel = new CancellationTokenSource();
        await using var silent = new ScriptedServer(async (socket, _) =>
        {
            await socket.ReadAsync(60);
            await cancel.CancelAsync();
            await socket.ReadAsync(60);
        });
        await using var fixture = new ClientFixture(null, silent.Address);

        var call = () => fixture.CallAsync(cancellationToken: cancel.Token);

        (await call.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancel.Token);
        fixture.Selector.Outcomes.Should().ContainSingle().Which.Outcome.Failure.Should().Be(ErrorKind.Cancelled, "the node did nothing wrong");
        fixture.Client.IdleConnections.Should().Be(0);
    }

    [Fact]
    public async Task Call_RegistryDoesNotAnswer_Is503_CancelledIsCancelled()
    {
        await using var fixture = new ClientFixture();
        fixture.Selector.Gate = new TaskCompletionSource();
        var failure = await fixture.FailAsync(new CallOptions { RequestTimeout = TimeSpan.FromMilliseconds(50) });
        (failure.Code, failure.Kind).Should().Be((503, ErrorKind.Registry));

        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await FluentActions.Awaiting(() => fixture.CallAsync(cancellationToken: cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Call_LateReplies_NeverReachAnotherCall_R_CLI_4()
    {
        var gaveUp = new TaskCompletionSource();
        await using var late = new ScriptedServer(async (socket, _) =>
        {
            while (await socket.ReadAsync(60) is { } request)
            {
                if (request.Text.Contains("late", StringComparison.Ordinal))
                {
                    // Taken before the request is told: the test makes the next one soon after.
                    var wait = gaveUp.Task;
                    _requests.Writer.TryWrite(request);
                    await wait;
                }

                await socket.SendReplyAsync(request.Text.Replace("Name", "msg", StringComparison.OrdinalIgnoreCase));
            }
        });
        await using var fixture = new ClientFixture(OnManualTime, late.Address);
        for (var round = 0; round < 10; round++)
        {
            gaveUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var abandoned = CallAsync($"late {round}", new CallOptions { AttemptTimeout = TimeSpan.FromMilliseconds(50) });
            await NextRequestAsync();
            _time.Advance(TimeSpan.FromMilliseconds(50));
            (await abandoned.Invoking(call => call).Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(408);
            gaveUp.SetResult();
            (await CallAsync($"now {round}", null)).Msg.Should().Be($"now {round}");
        }

        Task<ClientFixture.Reply> CallAsync(string name, CallOptions? options) =>
            fixture.Client.CallAsync<ClientFixture.Ask, ClientFixture.Reply>("greeter", "Greeter.Hello", new(name), options);
    }

    [Fact]
    public async Task Call_ServerSendsTwoReplies_SecondIsDropped_R_CLI_4()
    {
        await using var doubling = new ScriptedServer(async (socket, number) =>
        {
            while (await socket.ReadAsync(60) is not null)
            {
                var reply = $$"""{"msg":"{{number}}"}""";
                var text = $"HTTP/1.1 200 OK\r\nContent-Length: {reply.Length}\r\n\r\n{reply}";
                await socket.SendAsync(text + text.Replace("msg\":\"", "msg\":\"late ", StringComparison.Ordinal).Replace($"Length: {reply.Length}", $"Length: {reply.Length + 5}", StringComparison.Ordinal));
            }
        });
        await using var fixture = new ClientFixture(null, doubling.Address);
        for (var call = 0; call < 5; call++)
        {
            (await fixture.CallAsync()).Msg.Should().Be($"{call}", "each call gets a connection of its own, because the last one holds unasked bytes");
        }
    }

    private void OnManualTime(ClientOptions options) => options.TimeProvider = _time;

    /// <summary>Reads and reports requests, and never answers.</summary>
    private ScriptedServer Silent() => new(async (socket, _) =>
    {
        while (await socket.ReadAsync(60) is { } request)
        {
            _requests.Writer.TryWrite(request);
        }
    });

    private async Task<RawMessage> NextRequestAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _requests.Reader.ReadAsync(limit.Token);
    }

    private HandlerContext ParentWith(TimeSpan left)
    {
        var deadline = _time.GetTimestamp() + (long)(left.TotalSeconds * _time.TimestampFrequency);
        return new HandlerContext("a", "A.B", "application/json", false, null!, _time, deadline, null, null, default);
    }
}
