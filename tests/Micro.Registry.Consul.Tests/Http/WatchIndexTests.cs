using System.Globalization;
using Micro.Testing;

namespace Micro.Registry.Consul.Tests.Http;

/// <summary>The index rules of blocking queries, against an agent that plays them out.</summary>
public sealed class WatchIndexTests
{
    [Fact]
    public async Task Watch_IndexGoesBack_StartsFromTheBeginning_D10()
    {
        var targets = await WatchAsync([(200, "50"), (200, "60"), (200, "5"), (200, "5")], expected: 5);

        targets.Should().Equal("", "50", "60", "", "5");
    }

    [Fact]
    public async Task Watch_Error_StartsFromTheBeginning_D10()
    {
        var targets = await WatchAsync([(200, "50"), (500, "51"), (200, "50")], expected: 4);

        targets.Should().Equal("", "50", "", "50");
    }

    [Fact]
    public async Task Watch_IndexStaysTheSame_WaitsOn_D10()
    {
        var targets = await WatchAsync([(200, "50"), (200, "50"), (200, "50")], expected: 4);

        targets.Should().Equal("", "50", "50", "50");
    }

    [Fact]
    public async Task Watch_NoUsableIndex_PollsSlowly_D10()
    {
        var targets = await WatchAsync([(200, "0"), (200, "x"), (200, null), (200, "0")], expected: 1);

        targets.Should().Equal([""], "without an index a query would return at once, again and again");
    }

    [Fact]
    public async Task Watch_AgentHoldsNoMoreQueries_PollsAndTriesAgainRarely_R14()
    {
        var limit = TimeSpan.FromMinutes(1);
        var step = TimeSpan.FromMilliseconds(250);

        // Those are the watch and the one of the addresses of this machine.
        var time = new SleepWatch(new ManualTimeProvider(), limit, loops: 2);
        await using var server = await ScriptedHttpServer.StartAsync(request =>
            IndexOf(request.Target).Length > 0 ? new ScriptedAnswer(429, "too many connections")
            : request.Target.StartsWith("/v1/health/", StringComparison.Ordinal) ? new ScriptedAnswer(200, Instance(1), new Dictionary<string, string> { ["X-Consul-Index"] = "50" })
            : new ScriptedAnswer(404));
        await using var registry = ConsulRegistry.Create(
            options =>
            {
                options.Environment = new Dictionary<string, string?>();
                options.Addresses.Add(server.Address);
                options.Timeout = limit;
            },
            timeProvider: time);
        await using var changes = registry.WatchAsync("greeter").GetAsyncEnumerator();
        (await changes.MoveNextAsync()).Should().BeTrue();

        await time.PassAsync(TimeSpan.FromSeconds(40), step);
        var early = server.Requests.Select(request => IndexOf(request.Target)).ToList();
        await time.PassAsync(TimeSpan.FromMinutes(4), step);

        early.Take(5).Should().Equal("", "50", "", "50", "");
        early.Skip(5).Should().OnlyContain(index => index == "", "it polls");
        early.Count.Should().BeInRange(10, 16);
        server.Requests.Count(request => IndexOf(request.Target) == "50").Should().BeInRange(3, 5, "from time to time it tries to wait again");
    }

    private static async Task<IReadOnlyList<string>> WatchAsync((int Status, string? Index)[] script, int expected)
    {
        var next = 0;
        await using var server = await ScriptedHttpServer.StartAsync(async (request, aborted) =>
        {
            if (!request.Target.StartsWith("/v1/health/", StringComparison.Ordinal))
            {
                return new ScriptedAnswer(404);
            }

            var turn = Interlocked.Increment(ref next) - 1;
            return turn < script.Length
                ? new ScriptedAnswer(script[turn].Status, Instance(turn), script[turn].Index is { } index ? new Dictionary<string, string> { ["X-Consul-Index"] = index } : null)
                : await ScriptedHttpServer.HoldAsync(aborted);
        });
        await using var registry = ConsulRegistry.Create(options =>
        {
            options.Environment = new Dictionary<string, string?>();
            options.Addresses.Add(server.Address);
        });
        await using var changes = registry.WatchAsync("greeter").GetAsyncEnumerator();
        (await changes.MoveNextAsync()).Should().BeTrue();
        await Eventually.TrueAsync(() => server.Requests.Count >= expected, $"{expected} queries");
        return [.. server.Requests.Select(request => IndexOf(request.Target))];
    }

    private static string IndexOf(string target)
    {
        var start = target.IndexOf("index=", StringComparison.Ordinal);
        return start < 0 ? "" : target[(start + 6)..].Split('&')[0];
    }

    private static string Instance(int turn) => string.Create(
        CultureInfo.InvariantCulture, $$"""[{"Node":{},"Service":{"ID":"greeter-1","Address":"127.0.0.1","Port":{{9000 + turn}}},"Checks":[]}]""");
}
