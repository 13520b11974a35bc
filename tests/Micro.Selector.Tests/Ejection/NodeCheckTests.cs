using System.Collections.Concurrent;
using Micro.Selection;
using Micro.Testing;

namespace Micro.Selector.Tests.Ejection;

/// <summary>Tests liveness checks, which detect dead nodes without a failed call: rules R4, R30.</summary>
public sealed class NodeCheckTests
{
    private readonly ScriptedCheck _check = new();

    [Fact]
    public async Task Pick_NodeStaysDead_NoRequestIsTriedAtIt_R30()
    {
        await using var fixture = await StartAsync();
        await fixture.ReportAsync("b", ErrorKind.Connect);
        _check.Answer(false);

        await fixture.Inner.StepUntilAsync(() => _check.Asked.Count >= 3, "three questions", TimeSpan.FromMilliseconds(200));

        (await fixture.UsedAsync()).Should().Equal("a", "c");
        _check.Asked.Should().OnlyContain(id => id == "b");
        fixture.Inner.Log.Entries.Should().ContainSingle(entry => entry.Id.Id == 2050, "a question without an answer is no failure of a call");
    }

    [Fact]
    public async Task Pick_NodeLivesAgain_OneRequestIsTriedAndItIsBackSoon_R30()
    {
        await using var fixture = await StartAsync();
        await fixture.ReportAsync("b", ErrorKind.Connect);
        _check.Answer(false);
        for (var step = 0; step < 150; step++)
        {
            // 30 seconds out.
            fixture.Time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }

        _check.Answer(true);
        var healed = fixture.Time.GetTimestamp();
        await fixture.Inner.StepUntilAsync(() => PickB(fixture), "a request at the node", TimeSpan.FromMilliseconds(50));

        fixture.Time.GetElapsedTime(healed).Should().BeLessThan(TimeSpan.FromSeconds(3));
        (await fixture.UsedAsync()).Should().Equal("a", "b", "c");
    }

    [Fact]
    public async Task Check_NodeIsAlive_ExcludedOnlyUntilItAnswers()
    {
        await using var fixture = await StartAsync();
        var pick = await PickAsync(fixture, "b");

        var asking = pick.CheckAsync();
        await Eventually.TrueAsync(() => _check.Asked.Count == 1, "the question");
        (await fixture.PickedWithoutReportAsync()).Should().Equal("a", "c");
        pick.CheckAsync().Should().BeSameAs(asking, "all wait for one answer");
        _check.Answer(true);

        (await asking.WaitAsync(TimeSpan.FromSeconds(20))).Should().BeTrue();
        (await fixture.UsedAsync()).Should().Equal("a", "b", "c");
        fixture.Inner.Log.Entries.Should().NotContain(entry => entry.Id.Id >= 2050);
    }

    [Fact]
    public async Task Ask_AttemptIsAnsweredMeanwhile_NodeIsBackAtOnce()
    {
        await using var fixture = await StartAsync();
        var pick = await PickAsync(fixture, "b");
        _ = pick.CheckAsync();

        pick.Complete(new AttemptOutcome(Succeeded: true, default, TimeSpan.FromSeconds(1)));

        (await fixture.PickedWithoutReportAsync()).Should().Equal("a", "b", "c");
        _check.Answer(false);
        await Eventually.TrueAsync(() => _check.Asked.Count == 1, "the question");
        (await fixture.PickedWithoutReportAsync()).Should().Equal("a", "b", "c");
    }

    [Fact]
    public async Task Ask_HandlersAreSlow_PatienceGrowsAndShrinksAgain()
    {
        await using var fixture = await StartAsync();
        var pick = await PickAsync(fixture, "b");
        _check.Answer(true);
        pick.Patience.Should().Be(TimeSpan.FromMilliseconds(400));

        foreach (var expected in new[] { 800, 1600, 3200, 3200 })
        {
            await pick.CheckAsync();
            pick.Patience.TotalMilliseconds.Should().Be(expected);
        }

        fixture.Time.Advance(TimeSpan.FromSeconds(61));
        pick.Patience.Should().Be(TimeSpan.FromMilliseconds(800));
    }

    [Fact]
    public async Task Ask_NodeIsDead_Ejected()
    {
        await using var fixture = await StartAsync();
        var pick = await PickAsync(fixture, "b");
        _check.Answer(false);

        (await pick.CheckAsync()).Should().BeFalse();
        (await pick.CheckAsync()).Should().BeFalse();

        _check.Asked.Should().HaveCount(1, "the verdict is known");
        (await fixture.UsedAsync()).Should().Equal("a", "c");
        fixture.Inner.Log.Entries.Should().ContainSingle(entry => entry.Id.Id == 2052);
    }

    [Fact]
    public async Task Check_HalfAreExcludedAlready_StaysInUse_R19()
    {
        await using var fixture = await StartAsync();
        await fixture.ReportAsync("b", ErrorKind.Connect);
        var pick = await PickAsync(fixture, "a");
        _check.Answer(false);

        (await pick.CheckAsync()).Should().BeFalse();

        (await fixture.PickedWithoutReportAsync()).Should().Equal("a", "c");
    }

    [Fact]
    public async Task Check_AnotherNodeFails_ItIsEjectedInstead_R19()
    {
        await using var fixture = await StartAsync();
        _ = (await PickAsync(fixture, "b")).CheckAsync();

        await fixture.ReportAsync("c", ErrorKind.Connect);

        (await fixture.PickedWithoutReportAsync()).Should().Equal("a", "b");
    }

    [Fact]
    public async Task Ask_CheckThrows_NodeStaysInUse()
    {
        await using var fixture = await StartAsync();
        var pick = await PickAsync(fixture, "b");
        _check.Throw(new InvalidOperationException("broken"));

        (await pick.CheckAsync()).Should().BeTrue();

        (await fixture.UsedAsync()).Should().Equal("a", "b", "c");
        fixture.Inner.Log.Entries.Should().ContainSingle(entry => entry.Id.Id == 2053);
    }

    private static async Task<NodePick> PickAsync(EjectionFixture fixture, string id)
    {
        while (true)
        {
            var pick = await fixture.PickAsync();
            if (pick.Node.Id == id)
            {
                return pick;
            }
        }
    }

    private static bool PickB(EjectionFixture fixture)
    {
        var picking = fixture.PickAsync();
        picking.IsCompletedSuccessfully.Should().BeTrue();
        var pick = picking.Result;
        pick.Complete(new AttemptOutcome(Succeeded: true, default, TimeSpan.Zero));
        return pick.Node.Id == "b" && pick.IsProbe;
    }

    private async Task<EjectionFixture> StartAsync()
    {
        var fixture = new EjectionFixture();
        ((IChecksNodes)fixture.Selector).CheckWith(_check);
        await fixture.RegisterAsync("a", "b", "c");
        return fixture;
    }

    private sealed class ScriptedCheck : INodeCheck
    {
        private volatile TaskCompletionSource<bool> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<string> Asked { get; } = new();

        public void Answer(bool isAlive)
        {
            var waiting = _answer;
            _answer = new TaskCompletionSource<bool>();
            _answer.SetResult(isAlive);
            waiting.TrySetResult(isAlive);
        }

        public void Throw(Exception exception)
        {
            _answer = new TaskCompletionSource<bool>();
            _answer.SetException(exception);
        }

        public Task<bool> IsAliveAsync(Node node, CancellationToken cancellationToken)
        {
            Asked.Enqueue(node.Id);
            return _answer.Task.WaitAsync(cancellationToken);
        }
    }
}
