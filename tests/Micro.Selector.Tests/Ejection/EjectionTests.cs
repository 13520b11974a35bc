using Micro.Selection;
using Micro.Testing;
using Microsoft.Extensions.Logging;

namespace Micro.Selector.Tests.Ejection;

/// <summary>Tests ejection by failures, and the return of nodes: rules R-SEL-6, D8, R16.</summary>
public sealed class EjectionTests
{
    [Fact]
    public async Task Complete_RefusedConnection_EjectsAtOnce_D8()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");

        await fixture.ReportAsync("b", ErrorKind.Connect);

        (await fixture.UsedAsync()).Should().Equal("a", "c");
        fixture.Inner.Log.Entries.Should().ContainSingle(entry => entry.Id.Id == 2050);
    }

    [Theory]
    [InlineData(ErrorKind.NotSent)]
    [InlineData(ErrorKind.Broken)]
    [InlineData(ErrorKind.Timeout)]
    public async Task Complete_ThreeTransportFailuresInARow_Eject_R_SEL_6(ErrorKind kind)
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");

        await fixture.ReportAsync("b", kind, times: 2);
        (await fixture.UsedAsync()).Should().Contain("b", "a success clears the count");
        await fixture.ReportAsync("b", kind, times: 2);
        await fixture.ReportAsync("b", ErrorKind.Application);
        await fixture.ReportAsync("b", kind, times: 2);
        (await fixture.PickedWithoutReportAsync()).Should().Contain("b", "an answer clears the count, also an error");
        await fixture.ReportAsync("b", kind);

        (await fixture.UsedAsync()).Should().Equal("a", "c");
    }

    [Theory]
    [InlineData(ErrorKind.Application)]
    [InlineData(ErrorKind.Protocol)]
    [InlineData(ErrorKind.Cancelled)]
    [InlineData(ErrorKind.InvalidRequest)]
    [InlineData(ErrorKind.Denied)]
    public async Task Complete_OtherErrors_NeverEject_R16(ErrorKind kind)
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b");

        await fixture.ReportAsync("b", kind, times: 1000);

        (await fixture.PickedWithoutReportAsync()).Should().Equal("a", "b");
    }

    [Fact]
    public async Task Complete_FiveTimesUnavailableInARow_Ejects_R16()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");

        await fixture.ReportAsync("b", ErrorKind.Unavailable, times: 4);
        await fixture.ReportAsync("b", ErrorKind.Application);
        await fixture.ReportAsync("b", ErrorKind.Unavailable, times: 4);
        (await fixture.UsedAsync()).Should().Contain("b", "any other answer ends the row");
        await fixture.ReportAsync("b", ErrorKind.Unavailable, times: 5);

        (await fixture.UsedAsync()).Should().Equal("a", "c");
        (await fixture.ProbeAsync("b", ErrorKind.Unavailable)).TotalSeconds.Should().BeInRange(3.9, 6.1);
        (await fixture.ProbeAsync("b", null)).TotalSeconds.Should().BeInRange(7.9, 12.1);
    }

    [Fact]
    public async Task Complete_UnavailableBetweenTransportFailures_EndsTheirRow()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");

        for (var round = 0; round < 2; round++)
        {
            await fixture.ReportAsync("b", ErrorKind.Timeout, times: 2);
            await fixture.ReportAsync("b", ErrorKind.Unavailable);
        }

        (await fixture.PickedWithoutReportAsync()).Should().Contain("b");
    }

    [Fact]
    public async Task Complete_SwitchedOff_NothingIsEjected()
    {
        await using var fixture = new EjectionFixture(options => options.Ejection.Enabled = false);
        await fixture.RegisterAsync("a", "b");

        await fixture.ReportAsync("b", ErrorKind.Connect, times: 10);

        (await fixture.UsedAsync()).Should().Equal("a", "b");
    }

    [Fact]
    public async Task Pick_PauseOver_ExactlyOneRequestIsTried_D8()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.ReportAsync("b", ErrorKind.Connect);

        fixture.Time.Advance(TimeSpan.FromSeconds(6.1));
        var probe = await fixture.PickAsync();
        probe.Node.Id.Should().Be("b");
        (await fixture.UsedAsync()).Should().Equal("a", "c");
        probe.Complete(new AttemptOutcome(Succeeded: true, default, TimeSpan.Zero));

        (await fixture.UsedAsync()).Should().Equal("a", "b", "c");
        fixture.Inner.Log.Entries.Should().ContainSingle(entry => entry.Id.Id == 2051);
    }

    [Fact]
    public async Task Pick_ProbeAnsweredWithApplicationError_NodeIsBack_R16()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.ReportAsync("b", ErrorKind.Connect);

        await fixture.ProbeAsync("b", ErrorKind.Application);

        (await fixture.UsedAsync()).Should().Equal("a", "b", "c");
    }

    [Fact]
    public async Task Pick_ProbeCancelledByItsCaller_TheNextRequestTries()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.ReportAsync("b", ErrorKind.Connect);
        await fixture.ProbeAsync("b", ErrorKind.Cancelled);

        (await fixture.PickAsync()).Node.Id.Should().Be("b");
        (await fixture.PickAsync()).Node.Id.Should().NotBe("b");
    }

    [Fact]
    public async Task Pick_ProbeNeverReported_AnotherIsTriedLater()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.ReportAsync("b", ErrorKind.Connect);
        fixture.Time.Advance(TimeSpan.FromSeconds(6.1));
        (await fixture.PickAsync()).Node.Id.Should().Be("b");

        (await fixture.ProbeAsync("b", null)).Should().BeCloseTo(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Complete_AttemptBegunBeforeTheEjection_ChangesNothing()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.ReportAsync("a", null);
        var running = await fixture.PickAsync();
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await fixture.ReportAsync(running.Node.Id, ErrorKind.Connect);
        fixture.Time.Advance(TimeSpan.FromSeconds(1));

        running.Complete(new AttemptOutcome(Succeeded: true, default, TimeSpan.FromSeconds(2)));

        (await fixture.UsedAsync()).Should().NotContain(running.Node.Id);
    }

    [Fact]
    public async Task Pick_FlappingNode_PausesGrowAndShrinkAgainWhenQuiet_R13()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");

        foreach (var expected in new[] { 5, 10, 20, 40, 60, 60 })
        {
            await fixture.ReportAsync("b", ErrorKind.Connect);
            var pause = await fixture.ProbeAsync("b", null);
            pause.TotalSeconds.Should().BeInRange(expected * 0.79, (expected * 1.2) + 0.1);
            fixture.Time.Advance(TimeSpan.FromSeconds(2));
        }

        fixture.Time.Advance(TimeSpan.FromMinutes(6));
        await fixture.ReportAsync("b", ErrorKind.Connect);
        (await fixture.ProbeAsync("b", null)).TotalSeconds.Should().BeInRange(3.9, 6.1);
    }

    [Fact]
    public async Task Pick_FailedProbes_PausesGrow_R13()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.ReportAsync("b", ErrorKind.Connect);

        foreach (var expected in new[] { 5, 10, 20, 40, 60, 60 })
        {
            var pause = await fixture.ProbeAsync("b", ErrorKind.Timeout);
            pause.TotalSeconds.Should().BeInRange(expected * 0.79, (expected * 1.2) + 0.1);
        }

        fixture.Inner.Log.Entries.Count(entry => entry.Id.Id == 2050 && entry.Level == LogLevel.Warning).Should().Be(7);
    }

    [Fact]
    public async Task Register_SameIdNewAddress_StartsClean_D8()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.ReportAsync("b", ErrorKind.Connect);

        await SelectorFixture.RegisterAsync(fixture.Inner.Store, EjectionFixture.RecordOf([("b", "other")]));

        await Eventually.TrueAsync(async () => (await fixture.UsedAsync()).Contains("b"), "the restarted node in use");
    }

    [Fact]
    public async Task Register_NodeWentAndCameBack_PauseContinuesAndGrows_R13()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");

        foreach (var expected in new[] { 5, 10, 20 })
        {
            await fixture.ReportAsync("b", ErrorKind.Connect);
            await GoAndComeBackAsync(fixture);
            (await fixture.UsedAsync()).Should().Equal("a", "c");

            (await fixture.ProbeAsync("b", null)).TotalSeconds.Should().BeInRange(expected * 0.79, (expected * 1.2) + 0.1);
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Register_NodeWasGoneForLong_StartsClean_R13()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.ReportAsync("b", ErrorKind.Connect);
        await GoAndComeBackAsync(fixture, TimeSpan.FromSeconds(61));

        await fixture.ReportAsync("b", ErrorKind.Connect);

        (await fixture.ProbeAsync("b", null)).TotalSeconds.Should().BeInRange(3.9, 6.1);
    }

    [Fact]
    public async Task Pick_NodeFailsAgainAfterItCameBack_OneRequestAtATimeForSeconds_R13()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.ReportAsync("b", ErrorKind.Connect);
        await fixture.ProbeAsync("b", null);
        (await fixture.UsedAsync()).Should().Contain("b", "the first time it is back at once");
        await fixture.ReportAsync("b", ErrorKind.Connect);
        await fixture.ProbeAsync("b", null);

        (await fixture.UsedAsync()).Should().Equal("a", "c");
        var requests = 0;
        for (var step = 0; step < 28; step++)
        {
            fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
            requests += (await UsedCountAsync(fixture, "b")) <= 1 ? 0 : 1;
        }

        requests.Should().Be(0, "never more than one request in 100 ms");
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await UsedCountAsync(fixture, "b");
        (await UsedCountAsync(fixture, "b")).Should().Be(10);
    }

    [Fact]
    public async Task Pick_AnotherNodeFailsDuringProbation_ItIsEjectedInstead()
    {
        await using var fixture = new EjectionFixture();
        await fixture.RegisterAsync("a", "b", "c");
        await fixture.ReportAsync("b", ErrorKind.Connect);
        await fixture.ProbeAsync("b", null);
        await fixture.ReportAsync("b", ErrorKind.Connect);
        await fixture.ProbeAsync("b", null);

        await fixture.ReportAsync("c", ErrorKind.Connect);

        (await fixture.UsedAsync()).Should().Equal("a", "b");
    }

    private static async Task GoAndComeBackAsync(EjectionFixture fixture, TimeSpan away = default)
    {
        await fixture.Inner.Store.DeregisterAsync(EjectionFixture.RecordOf("b"));
        await fixture.Inner.CountsAsync(listed: 2, suspects: 0);
        fixture.Time.Advance(away);
        await SelectorFixture.RegisterAsync(fixture.Inner.Store, EjectionFixture.RecordOf("b"));
        await fixture.Inner.CountsAsync(listed: 3, suspects: 0);
    }

    /// <summary>Returns how many of thirty picks choose a node when all succeed.</summary>
    private static async Task<int> UsedCountAsync(EjectionFixture fixture, string id)
    {
        var count = 0;
        for (var pick = 0; pick < 30; pick++)
        {
            var chosen = await fixture.PickAsync();
            count += chosen.Node.Id == id ? 1 : 0;
            chosen.Complete(new AttemptOutcome(Succeeded: true, default, TimeSpan.Zero));
        }

        return count;
    }

    [Fact]
    public async Task Pick_WithoutCache_EjectedNodeIsExcludedToo()
    {
        await using var fixture = new EjectionFixture(options => options.CacheTtl = TimeSpan.Zero);
        await SelectorFixture.RegisterAsync(fixture.Inner.Store, EjectionFixture.RecordOf("a", "b", "c"));

        await fixture.ReportAsync("b", ErrorKind.Connect);

        (await fixture.UsedAsync()).Should().Equal("a", "c");
    }
}
