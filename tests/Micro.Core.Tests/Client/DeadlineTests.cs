using Micro.Server;
using Micro.Testing;

namespace Micro.Client;

public sealed class DeadlineTests
{
    [Fact]
    public async Task Call_NoReplyWithinTheAttempt_Is408WithLimitAndNode_R_CLI_6()
    {
        var asked = new TaskCompletionSource<RawMessage>();
        await using var silent = new ScriptedServer(async (socket, _) =>
        {
            asked.TrySetResult((await socket.ReadAsync(60))!);
            await socket.ReadAsync(60);
        });
        await using var fixture = new ClientFixture(null, silent.Address);

        var failure = await fixture.FailAsync(new CallOptions { AttemptTimeout = TimeSpan.FromMilliseconds(100) });

        (failure.Code, failure.Id, failure.Kind, failure.Attempts).Should().Be((408, "go.micro.client", ErrorKind.Timeout, 1));
        failure.Detail.Should().Contain("attempt timeout of 0.1 s").And.Contain($"node-0 at {silent.Address}");
        (await asked.Task)["Timeout"].Should().Be("100000000", "the server is told what the client waits");
        fixture.Selector.Outcomes.Should().ContainSingle().Which.Outcome.Failure.Should().Be(ErrorKind.Timeout);
        fixture.Client.IdleConnections.Should().Be(0, "the late reply must meet nobody");
    }

    [Fact]
    public async Task Call_RequestTimeoutShorter_BoundsAttemptAndHeader_R_CLI_6()
    {
        var told = new TaskCompletionSource<string?>();
        await using var silent = new ScriptedServer(async (socket, _) =>
        {
            told.TrySetResult((await socket.ReadAsync(60))!["Timeout"]);
            await socket.ReadAsync(60);
        });
        await using var fixture = new ClientFixture(null, silent.Address);

        var failure = await fixture.FailAsync(new CallOptions { RequestTimeout = TimeSpan.FromMilliseconds(200), Idempotent = true });

        failure.Detail.Should().Contain("request timeout of 0.2 s");
        long.Parse((await told.Task)!).Should().BeInRange(1, 200_000_000);
    }

    [Fact]
    public async Task Call_TimedOutAndIdempotent_AttemptsShareOneDeadline()
    {
        await using var silent = ScriptedServer.Silent();
        await using var fixture = new ClientFixture(null, silent.Address);

        var failure = await fixture.FailAsync(new CallOptions
        {
            RequestTimeout = TimeSpan.FromMilliseconds(350),
            AttemptTimeout = TimeSpan.FromMilliseconds(100),
            Idempotent = true,
        });

        failure.Code.Should().Be(408);
        failure.Attempts.Should().BeInRange(2, 4, "the deadline is fixed once for all attempts");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Call_ParentsDeadline_BoundsTheCall_R_CLI_7(int milliseconds)
    {
        await using var silent = ScriptedServer.Silent();
        await using var fixture = new ClientFixture(null, silent.Address);
        var deadline = TimeProvider.System.GetTimestamp() + (long)(milliseconds / 1000.0 * TimeProvider.System.TimestampFrequency);
        var parent = new HandlerContext("a", "A.B", "application/json", false, null!, TimeProvider.System, deadline, null, null, default);

        var failure = await fixture.FailAsync(new CallOptions { Parent = parent });

        (failure.Code, failure.Kind).Should().Be((408, ErrorKind.Timeout));
        fixture.Selector.Picks.Should().Be(milliseconds == 0 ? 0 : 1, "with no time left nobody is asked");
    }

    [Fact]
    public async Task Call_CallerCancels_Throws_AndStrategyHearsTheEnd()
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
        fixture.Selector.Outcomes.Should().ContainSingle().Which.Outcome.Failure.Should().Be(ErrorKind.Application, "the node did nothing wrong");
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
        using var gaveUp = new SemaphoreSlim(0);
        await using var late = new ScriptedServer(async (socket, number) =>
        {
            while (await socket.ReadAsync(60) is not null)
            {
                if (number % 2 == 0)
                {
                    await gaveUp.WaitAsync();
                }

                await socket.SendReplyAsync($$"""{"msg":"{{number}}"}""", "Connection: close\r\n");
            }
        });
        await using var fixture = new ClientFixture(null, late.Address);
        for (var round = 0; round < 10; round++)
        {
            (await fixture.FailAsync(new CallOptions { AttemptTimeout = TimeSpan.FromMilliseconds(50) })).Code.Should().Be(408);
            gaveUp.Release();
            (await fixture.CallAsync()).Msg.Should().Be($"{(round * 2) + 1}");
        }
    }

    [Fact]
    public async Task Call_ServerSendsTwoReplies_SecondReachesNobody_R_CLI_4()
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
}
