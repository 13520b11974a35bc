using Micro.Registry;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Client;

public sealed class RetryTests
{
    private const string Ok = """{"msg":"ok"}""";
    private const string Unavailable = "Micro-Error: {\"id\":\"greeter\",\"code\":503,\"detail\":\"full\"}\r\n";

    [Fact]
    public async Task Call_RefusedConnect_GoesToAnotherNode_R_CLI_10()
    {
        await using var good = ScriptedServer.Answering(Ok);
        await using var fixture = new ClientFixture(null, ScriptedServer.RefusedAddress(), good.Address);

        (await fixture.CallAsync()).Msg.Should().Be("ok");

        fixture.Selector.Outcomes.Select(told => (told.NodeId, told.Outcome.Succeeded, told.Outcome.Failure))
            .Should().Equal(("node-0", false, ErrorKind.Connect), ("node-1", true, default));
    }

    [Theory]
    [InlineData("""{"id":"greeter","code":500,"detail":"boom","status":"Internal Server Error"}""", 500, ErrorKind.Application)]
    [InlineData("""{"id":"greeter","code":400,"detail":"bad"}""", 400, ErrorKind.Application)]
    [InlineData("plain text", 0, ErrorKind.Application)]
    [InlineData("""{"id":"go.micro.client.transport","code":503,"detail":"connection error"}""", 503, ErrorKind.Application)]
    [InlineData("""{"id":"go.micro.client","code":408,"detail":"call timeout"}""", 408, ErrorKind.Application)]
    public async Task Call_AnswerIsAnError_IsNotRepeated_R_CLI_10(string error, int code, ErrorKind kind)
    {
        await using var server = ScriptedServer.Answering("", $"Content-Type: application/json\r\nMicro-Error: {error}\r\n");
        await using var fixture = new ClientFixture(null, server.Address, server.Address);

        var failure = await fixture.FailAsync(new CallOptions { Idempotent = true });

        (failure.Code, failure.Kind, failure.Attempts, failure.Node!.Id).Should().Be((code, kind, 1, "node-0"));
        fixture.Selector.Picks.Should().Be(1);
        fixture.Client.IdleConnections.Should().Be(1, "an answered error leaves the connection usable");
    }

    [Fact]
    public async Task Call_Unavailable_GoesToAnotherNode_R_CLI_10()
    {
        await using var full = ScriptedServer.Answering("", Unavailable);
        await using var good = ScriptedServer.Answering(Ok);
        await using var fixture = new ClientFixture(null, full.Address, good.Address);

        (await fixture.CallAsync()).Msg.Should().Be("ok");
    }

    [Fact]
    public async Task Call_BrokenAfterSending_IsNotRepeatedUnlessIdempotent_R_CLI_10()
    {
        await using var breaking = new ScriptedServer(async (socket, _) => await socket.ReadAsync());
        await using var good = ScriptedServer.Answering(Ok);
        await using var fixture = new ClientFixture(null, breaking.Address, good.Address);

        var failure = await fixture.FailAsync();
        (failure.Code, failure.Kind, failure.Attempts).Should().Be((503, ErrorKind.Broken, 1));

        (await fixture.CallAsync(new CallOptions { Idempotent = true })).Msg.Should().Be("ok");

        fixture.Selector.Endpoint = new Endpoint { Name = "Greeter.Hello", Metadata = new Dictionary<string, string> { ["idempotent"] = "true" } };
        (await fixture.CallAsync()).Msg.Should().Be("ok");
        (await fixture.FailAsync(new CallOptions { Idempotent = false })).Kind.Should().Be(ErrorKind.Broken, "the call's own word counts more");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Call_AllAttemptsFail_RunsRetriesPlusOne(int retries)
    {
        await using var fixture = new ClientFixture(null, ScriptedServer.RefusedAddress());

        var failure = await fixture.FailAsync(new CallOptions { Retries = retries });

        (failure.Code, failure.Kind, failure.Attempts).Should().Be((503, ErrorKind.Connect, retries + 1));
        fixture.Selector.Picks.Should().Be(retries + 1);
    }

    [Fact]
    public async Task Call_NotFound_IsRepeatedOnceAfterRefresh_R_CLI_10()
    {
        await using var good = ScriptedServer.Answering(Ok);
        await using var fixture = new ClientFixture(null, good.Address);
        fixture.Selector.PickError = () => new ServiceNotFoundException("fixed", "greeter");
        var failure = await fixture.FailAsync();
        (failure.Code, failure.Kind, failure.Attempts, failure.Node).Should().Be((404, ErrorKind.NotFound, 0, null));
        (fixture.Selector.Refreshes, fixture.Selector.Picks).Should().Be((1, 2));

        fixture.Selector.OnRefresh = () => fixture.Selector.PickError = null;
        (await fixture.CallAsync()).Msg.Should().Be("ok");
    }

    [Fact]
    public async Task Call_NoNodeLeftAfterAFailedAttempt_CountsTheAttempt()
    {
        await using var fixture = new ClientFixture(null, ScriptedServer.RefusedAddress());
        var failure = await fixture.FailAsync(new CallOptions
        {
            RetryPolicy = (in FailedAttempt attempt) =>
            {
                fixture.Selector.PickError = () => new NoneAvailableException("greeter");
                return attempt.Attempt == 0;
            },
        });
        (failure.Kind, failure.Attempts, failure.Node).Should().Be((ErrorKind.NoNode, 1, null));
    }

    [Fact]
    public async Task Call_BackoffThrows_IsAnError()
    {
        await using var fixture = new ClientFixture(null, ScriptedServer.RefusedAddress());
        var failure = await fixture.FailAsync(new CallOptions { Backoff = _ => throw new InvalidOperationException("no pause") });
        (failure.Code, failure.Detail).Should().Be((500, "backoff error: no pause"));
    }

    [Fact]
    public async Task Call_BackoffBeyondTheDeadline_EndsWithTheFirstError()
    {
        await using var fixture = new ClientFixture(null, ScriptedServer.RefusedAddress());
        var failure = await fixture.FailAsync(new CallOptions { Backoff = _ => TimeSpan.FromHours(1) });
        (failure.Kind, failure.Attempts).Should().Be((ErrorKind.Connect, 1));
    }

    [Fact]
    public async Task Call_UpstreamErrorCodes_GivesTheBlanketCode_R_CLI_12()
    {
        await using var fixture = new ClientFixture(options => options.UpstreamErrorCodes = true, ScriptedServer.RefusedAddress());
        var failure = await fixture.FailAsync();
        (failure.Code, failure.Kind, failure.Attempts).Should().Be((500, ErrorKind.Connect, 6));
        (await fixture.FailAsync(new CallOptions { ContentType = "text/odd" })).Code.Should().Be(500);
        fixture.Selector.PickError = () => new ServiceNotFoundException("fixed", "greeter");
        (await fixture.FailAsync()).Code.Should().Be(500);
    }

    [Fact]
    public async Task Call_ClassicPreset_RepeatsARefusedConnect_R_CLI_1()
    {
        await using var good = ScriptedServer.Answering(Ok);
        await using var fixture = new ClientFixture(
            options =>
            {
                options.Apply(ClientDefaults.Classic);
                options.ContentType = "application/json";
                options.Backoff = BackoffPolicies.None;
            },
            ScriptedServer.RefusedAddress(),
            good.Address);
        (await fixture.CallAsync()).Msg.Should().Be("ok", "it is a 500 there, which its rule repeats");
    }

    [Fact]
    public async Task Call_RetryBudgetSpent_EndsWithTheFirstError_R18()
    {
        await using var full = ScriptedServer.Answering("", Unavailable);
        await using var fixture = new ClientFixture(ThreeRetriesAtMost, full.Address);
        (await fixture.FailAsync(new CallOptions { Retries = 2 })).Attempts.Should().Be(3);
        (await fixture.FailAsync(new CallOptions { Retries = 2 })).Attempts.Should().Be(2);
        (await fixture.FailAsync(new CallOptions { Retries = 2 })).Attempts.Should().Be(1);
    }

    [Fact]
    public async Task Call_RefusedConnects_CostNoRetryBudget_R18()
    {
        await using var full = ScriptedServer.Answering("", Unavailable);
        await using var fixture = new ClientFixture(ThreeRetriesAtMost, ScriptedServer.RefusedAddress());
        for (var call = 0; call < 5; call++)
        {
            var refused = await fixture.FailAsync(new CallOptions { Retries = 2 });
            (refused.Kind, refused.Attempts).Should().Be((ErrorKind.Connect, 3), "where no server was reached there is no load");
        }

        fixture.Selector.Nodes = [new Node { Id = "full", Address = full.Address }];
        (await fixture.FailAsync(new CallOptions { Retries = 5 })).Attempts.Should().Be(4, "the budget of three is still whole");
    }

    [Fact]
    public async Task Call_OneCallsOptions_DoNotLeakIntoTheNext_R_CLI_2()
    {
        await using var fixture = new ClientFixture(options => options.Retries = 1, ScriptedServer.RefusedAddress());
        (await fixture.FailAsync(new CallOptions { Retries = 4 })).Attempts.Should().Be(5);
        (await fixture.FailAsync()).Attempts.Should().Be(2);
    }

    /// <summary>A bucket of three retries that is not refilled, because time is stopped.</summary>
    private static void ThreeRetriesAtMost(ClientOptions options)
    {
        options.TimeProvider = new ManualTimeProvider();
        options.RetryBudgetFloor = 3;
        options.RetryBudgetRatio = 0;
    }
}
