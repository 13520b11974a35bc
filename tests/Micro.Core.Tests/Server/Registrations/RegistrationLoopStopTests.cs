
namespace Micro.Server.Registrations;

/// <summary>Stopping: no heartbeat after it, withdrawn within its limit, once.</summary>
public sealed class RegistrationLoopStopTests
{
    [Fact]
    public async Task Stop_Registered_DrainsThenDeregisters()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        ServerState? seen = null;
        fixture.Registry.OnDeregister = _ =>
        {
            seen = fixture.Loop.State;
            return Task.CompletedTask;
        };

        await fixture.Loop.StopAsync(CancellationToken.None);

        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
        seen.Should().Be(ServerState.Draining);
        fixture.Loop.State.Should().Be(ServerState.Draining);
        fixture.Logger.Lines.Should().Contain("Information: Registry [scripted] Deregistering node: greeter-1");
        await fixture.Loop.DisposeAsync();
        fixture.Loop.State.Should().Be(ServerState.NotRegistered);
    }

    [Fact]
    public async Task Stop_ThenTimePasses_NothingIsRegistered()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        await fixture.Loop.StopAsync(CancellationToken.None);
        await fixture.Registry.NextCallAsync();

        fixture.Clock.Advance(TimeSpan.FromMinutes(10));
        fixture.Loop.Refresh();

        fixture.Registry.HasMoreCalls.Should().BeFalse();
    }

    [Fact]
    public async Task Stop_WriteUnderWay_DeregistersAfterIt()
    {
        var late = new TaskCompletionSource();
        var order = new List<string>();
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        fixture.Registry.OnRegister = async _ =>
        {
            await late.Task;
            order.Add("written");
        };
        fixture.Registry.OnDeregister = _ =>
        {
            order.Add("withdrawn");
            return Task.CompletedTask;
        };
        await fixture.Clock.PassPauseAsync();
        (await fixture.Registry.NextCallAsync()).Should().Be("register");

        var stop = fixture.Loop.StopAsync(CancellationToken.None);
        await Micro.Testing.Eventually.TrueAsync(() => fixture.Loop.State == ServerState.Draining, "draining");
        late.SetResult();
        await stop;

        order.Should().Equal("written", "withdrawn");
    }

    [Fact]
    public async Task Stop_DeregisterHangs_EndsAtItsLimit()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        await fixture.Clock.NextPauseAsync();
        fixture.Registry.OnDeregister = _ => new TaskCompletionSource().Task;

        var stop = fixture.Loop.StopAsync(CancellationToken.None);
        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
        await fixture.Clock.PassUntilAsync(() => stop.IsCompleted, "withdrawing is given up");

        await stop.WaitAsync(TimeSpan.FromSeconds(20));
        fixture.Logger.Lines.Should().Contain(line => line.StartsWith("Error: Server greeter-1 deregister error:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_DeregisterHangsAndCancelled_EndsSoon()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        fixture.Registry.OnDeregister = _ => new TaskCompletionSource().Task;
        using var cancel = new CancellationTokenSource();

        var stop = fixture.Loop.StopAsync(cancel.Token);
        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
        await cancel.CancelAsync();
        var before = fixture.Clock.GetUtcNow();
        await fixture.Clock.PassUntilAsync(() => stop.IsCompleted, "withdrawing is given up");
        (fixture.Clock.GetUtcNow() - before).Should().BeLessThan(fixture.Options.DeregisterTimeout);

        await stop.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Stop_AlreadyCancelled_StillDeregisters()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();

        await fixture.Loop.StopAsync(new CancellationToken(canceled: true));

        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
    }

    [Fact]
    public async Task Stop_ManyAtOnce_DeregistersOnce()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => fixture.Loop.StopAsync(CancellationToken.None)));

        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
        fixture.Registry.HasMoreCalls.Should().BeFalse();
    }

    [Fact]
    public async Task Stop_WithheldByCheck_DeregistersNothing()
    {
        await using var fixture = LoopFixture.WithCheck();
        fixture.CheckFails = true;
        await fixture.StartAsync();

        await fixture.Loop.StopAsync(CancellationToken.None);

        fixture.Registry.HasMoreCalls.Should().BeFalse();
    }

    [Fact]
    public async Task Stop_NeverStarted_DoesNothing()
    {
        await using var fixture = new LoopFixture();

        await fixture.Loop.StopAsync(CancellationToken.None);

        fixture.Registry.HasMoreCalls.Should().BeFalse();
        await fixture.Invoking(it => it.StartAsync()).Should().ThrowAsync<InvalidOperationException>();
    }
}
