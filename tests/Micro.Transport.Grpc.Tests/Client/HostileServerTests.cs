using System.Diagnostics;
using System.Globalization;
using Micro.Testing;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>Servers that would have their clients multiply calls: S25.</summary>
public sealed class HostileServerTests
{
    [Fact]
    public async Task Calls_EachIsRefusedUnseen_AttemptsStayWithinRetriesAndBudget_S25()
    {
        using var server = new ScriptedHttp2Server(static request => request.ResetAsync(7));
        await using var client = new GrpcClientFixture(static options => options.TimeProvider = new ManualTimeProvider(), server.Address);

        for (var call = 0; call < 40; call++)
        {
            (await client.FailAsync()).Kind.Should().Be(ErrorKind.NotSent);
        }

        // Time stands still: the retries of a first second, and a fifth of the calls.
        client.Selector.Outcomes.Should().HaveCountLessThanOrEqualTo(40 + 10 + 8);
        var sent = server.Requests.Count(static request => request.IsComplete);
        sent.Should().BeLessThanOrEqualTo(2 * client.Selector.Outcomes.Count, "each attempt is sent again once at most");
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("never")]
    [InlineData("")]
    [InlineData("99999999999")]
    public async Task Call_ServerForbidsRetries_IsNotRetried_S25(string pushback)
    {
        using var server = Unavailable(pushback);
        await using var client = new GrpcClientFixture(null, server.Address);

        (await client.FailAsync(options: new() { Idempotent = true })).Attempts.Should().Be(1);

        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task Call_ServerAsksForAPause_RetriesWaitForIt_S25()
    {
        using var server = Unavailable("300");
        await using var client = new GrpcClientFixture(null, server.Address);
        var clock = Stopwatch.StartNew();

        await client.FailAsync(options: new() { Idempotent = true, Retries = 2 });

        server.Requests.Should().HaveCount(3);
        clock.Elapsed.Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(590), "it has waited twice, by timers of whole milliseconds");
    }

    [Fact]
    public async Task Call_ServerAsksForNoPause_RetriesEndWithTheirNumber_S25()
    {
        using var server = Unavailable("0");
        await using var client = new GrpcClientFixture(null, server.Address);

        (await client.FailAsync(options: new() { Idempotent = true, Retries = 5 })).Attempts.Should().Be(6);
    }

    [Fact]
    public async Task Call_ServerAsksForDays_EndsAtOnce_S25()
    {
        using var server = Unavailable(int.MaxValue.ToString(CultureInfo.InvariantCulture));
        await using var client = new GrpcClientFixture(null, server.Address);

        // The longest pause that is granted, 30 s, is longer than the call may take.
        (await client.FailAsync(options: new() { Idempotent = true, RequestTimeout = TimeSpan.FromSeconds(29) })).Attempts.Should().Be(1);
    }

    private static ScriptedHttp2Server Unavailable(string pushback) => new(request => request.IsComplete
        ? request.SendHeadersAsync(end: true, (":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "14"), ("grpc-retry-pushback-ms", pushback))
        : Task.CompletedTask);
}
