using Micro.Testing;

namespace Micro.Client;

public sealed class PolicyTests
{
    [Theory]
    [InlineData(ErrorKind.Connect, true, true)]
    [InlineData(ErrorKind.NotSent, true, true)]
    [InlineData(ErrorKind.Unavailable, true, true)]
    [InlineData(ErrorKind.NotFound, true, true)]
    [InlineData(ErrorKind.NoNode, true, true)]
    [InlineData(ErrorKind.Broken, false, true)]
    [InlineData(ErrorKind.Timeout, false, true)]
    [InlineData(ErrorKind.Protocol, false, true)]
    [InlineData(ErrorKind.Application, false, false)]
    [InlineData(ErrorKind.Registry, false, false)]
    [InlineData(ErrorKind.Denied, false, false)]
    [InlineData(ErrorKind.InvalidRequest, false, false)]
    public void OnTransient_ByKind_R_CLI_10(ErrorKind kind, bool plain, bool idempotent)
    {
        Decide(RetryPolicies.OnTransient, kind, 0).Should().Be(plain);
        Decide(RetryPolicies.OnTransient, kind, 0, isIdempotent: true).Should().Be(idempotent);
        Decide(RetryPolicies.OnTransient, kind, 1).Should().Be(plain && kind is not (ErrorKind.NotFound or ErrorKind.NoNode));
    }

    [Theory]
    [InlineData(408, true, true)]
    [InlineData(500, false, true)]
    [InlineData(503, false, false)]
    [InlineData(0, false, false)]
    public void ByCode_UpstreamAndClassic(int code, bool upstream, bool classic)
    {
        Decide(RetryPolicies.Upstream, ErrorKind.Application, 3, code: code).Should().Be(upstream);
        Decide(RetryPolicies.Classic, ErrorKind.Application, 3, code: code).Should().Be(classic);
        Decide(RetryPolicies.Always, ErrorKind.Application, 3, code: code).Should().BeTrue();
        Decide(RetryPolicies.Never, ErrorKind.Connect, 0, code: code).Should().BeFalse();
    }

    [Fact]
    public void Exponential_IsGoMicrosTable()
    {
        int[] tenths = [0, 1, 6, 19, 43, 79, 130, 198];
        Enumerable.Range(0, 8).Select(attempt => BackoffPolicies.Exponential(attempt)).Should().Equal(tenths.Select(tenth => TimeSpan.FromMilliseconds(tenth * 100)));
        BackoffPolicies.Exponential(10).Should().Be(TimeSpan.FromMilliseconds(52_200));
        BackoffPolicies.Exponential(13).Should().Be(TimeSpan.FromMilliseconds(106_600));
        BackoffPolicies.Exponential(14).Should().Be(TimeSpan.FromMinutes(2));
        BackoffPolicies.Exponential(-1).Should().Be(TimeSpan.Zero);
        BackoffPolicies.None(9).Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void Transient_FirstRetryAtOnce_ThenFullJitter()
    {
        var policy = BackoffPolicies.Transient(new Random(1));
        policy(1).Should().Be(TimeSpan.Zero);
        for (var round = 0; round < 100; round++)
        {
            policy(3).Should().BeGreaterThanOrEqualTo(TimeSpan.Zero).And.BeLessThan(TimeSpan.FromMilliseconds(600));
        }

        Enumerable.Range(0, 20).Select(_ => policy(3)).Distinct().Should().HaveCountGreaterThan(10);
    }

    [Fact]
    public void Presets_SetTheValuesOfTheirVersions_R_CLI_1()
    {
        var current = new ClientOptions();
        (current.Retries, current.RequestTimeout.TotalSeconds, current.AttemptTimeout.TotalSeconds, current.DialTimeout.TotalSeconds, current.RetryBudget, current.UpstreamErrorCodes)
            .Should().Be((5, 30, 5, 2, true, false));
        current.RetryPolicy.Should().BeSameAs(RetryPolicies.OnTransient);
        var upstream = new ClientOptions();
        upstream.Apply(ClientDefaults.Upstream);
        (upstream.Retries, upstream.RequestTimeout.TotalSeconds, upstream.AttemptTimeout.TotalSeconds, upstream.DialTimeout.TotalSeconds, upstream.RetryBudget, upstream.UpstreamErrorCodes, upstream.ContentType)
            .Should().Be((5, 30, 5, 5, false, true, "application/json"));
        upstream.RetryPolicy.Should().BeSameAs(RetryPolicies.Upstream);
        var classic = new ClientOptions();
        classic.Apply(ClientDefaults.Classic);
        (classic.Retries, classic.RequestTimeout.TotalSeconds, classic.ContentType).Should().Be((1, 5, "application/protobuf"));
        classic.RetryPolicy.Should().BeSameAs(RetryPolicies.Classic);
        classic.Backoff.Should().BeSameAs(BackoffPolicies.Exponential);
    }

    [Fact]
    public void RetryBudget_ShareOfCallsOrFloor_D6()
    {
        var time = new ManualTimeProvider();
        var budget = new RetryBudget(0.2, 4, time);
        Take(budget).Should().Be(4, "one second of the floor is there at the start");
        for (var call = 0; call < 50; call++)
        {
            budget.OnCall();
        }

        Take(budget).Should().Be(10, "a fifth of fifty calls");
        time.Advance(TimeSpan.FromSeconds(3));
        Take(budget).Should().Be(8, "the floor of three seconds, one of which the calls had given");
        time.Advance(TimeSpan.FromHours(1));
        Take(budget).Should().Be(20, "five seconds of the floor are kept");
        new RetryBudget(0, 0, time).TryTakeRetry().Should().BeFalse();
        Take(new RetryBudget(0, 0.1, time)).Should().Be(1);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(2000)]
    public void RetryBudget_AllFailFor30Seconds_AttemptsStayWithinR18(int callsPerSecond)
    {
        var time = new ManualTimeProvider();
        var budget = new RetryBudget(0.2, 10, time);
        for (var healthy = 0; healthy < callsPerSecond * 60; healthy++)
        {
            Call(failures: 0);
        }

        var attempts = 0;
        for (var call = 0; call < callsPerSecond * 30; call++)
        {
            attempts += Call(failures: 6);
        }

        var calls = callsPerSecond * 30;
        ((double)attempts).Should().BeLessThanOrEqualTo(Math.Max((1.2 * calls) + callsPerSecond, calls + (10 * 30) + 50) + 1, "the share or the floor, and what five seconds before left");
        if (callsPerSecond >= 100)
        {
            ((double)attempts / calls).Should().BeInRange(1.19, 1.30);
        }

        int Call(int failures)
        {
            time.Advance(TimeSpan.FromSeconds(1.0 / callsPerSecond));
            budget.OnCall();
            var tries = 1;
            while (tries < failures && budget.TryTakeRetry())
            {
                tries++;
            }

            return tries;
        }
    }

    [Fact]
    public void RetryBudget_ManyThreads_NeverGivesMore()
    {
        var budget = new RetryBudget(0, 10, new ManualTimeProvider());
        var taken = 0;
        Parallel.For(0, 8, _ =>
        {
            for (var round = 0; round < 1000; round++)
            {
                if (budget.TryTakeRetry())
                {
                    Interlocked.Increment(ref taken);
                }
            }
        });
        taken.Should().Be(10);
    }

    private static int Take(RetryBudget budget)
    {
        var taken = 0;
        while (budget.TryTakeRetry())
        {
            taken++;
        }

        return taken;
    }

    private static bool Decide(RetryPolicy policy, ErrorKind kind, int attempt, bool isIdempotent = false, int code = 500)
    {
        var failed = new FailedAttempt("a", "A.B", attempt, new MicroException(code, "x", "y", kind), isIdempotent);
        return policy(in failed);
    }
}
