
namespace Micro.Server.Registrations;

/// <summary>The table of check and registration, row by row, and the times between.</summary>
public sealed class RegistrationLoopTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Start_CheckPasses_RegistersWithTtlAndSleepsForTheInterval()
    {
        await using var fixture = new LoopFixture();

        await fixture.StartRegisteredAsync();

        fixture.Registry.LastTtl.Should().Be(TimeSpan.FromSeconds(90));
        fixture.Loop.ConfirmedAt.Should().Be(fixture.Clock.GetUtcNow());
        (await fixture.Clock.NextPauseAsync()).Should().Be(Interval);
        fixture.Logger.Lines.Should().Contain("Information: Registry [scripted] Registering node: greeter-1");
    }

    [Fact]
    public async Task Row_NotRegisteredCheckOk_Registers()
    {
        await using var fixture = LoopFixture.WithCheck();
        fixture.CheckFails = true;
        await fixture.StartAsync();
        fixture.Loop.State.Should().Be(ServerState.NotRegistered);
        fixture.CheckFails = false;

        (await fixture.Clock.PassPauseAsync()).Should().Be(Recheck, "R-SRV-8");

        (await fixture.Registry.NextCallAsync()).Should().Be("register");
    }

    [Fact]
    public async Task Row_RegisteredCheckOk_Renews()
    {
        await using var fixture = LoopFixture.WithCheck();
        await fixture.StartRegisteredAsync();

        for (var tick = 0; tick < 3; tick++)
        {
            (await fixture.Clock.PassPauseAsync()).Should().Be(Interval);
            (await fixture.Registry.NextCallAsync()).Should().Be("register");
        }

        fixture.Logger.Lines.Should().ContainSingle(line => line.Contains("Registering node"), "heartbeats are not announced");
        fixture.States.Should().Equal(ServerState.Registered);
    }

    [Fact]
    public async Task Row_NotRegisteredCheckFails_StaysOutAndLogsRarely()
    {
        await using var fixture = LoopFixture.WithCheck();
        fixture.CheckFails = true;

        await fixture.StartAsync();
        for (var tick = 0; tick < 13; tick++)
        {
            await fixture.Clock.PassPauseAsync();
        }

        await fixture.Clock.NextPauseAsync();
        fixture.Registry.HasMoreCalls.Should().BeFalse();
        fixture.Loop.State.Should().Be(ServerState.NotRegistered);
        fixture.Loop.LastError!.Message.Should().Be("database down");
        fixture.Logger.Lines.Where(line => line == "Error: Server greeter-1 register check error: database down")
            .Should().HaveCount(2, "65 s passed and one line a minute is enough");
    }

    [Fact]
    public async Task Row_RegisteredCheckFails_DeregistersAndStaysOut_R_SRV_6()
    {
        await using var fixture = LoopFixture.WithCheck();
        await fixture.StartRegisteredAsync();
        fixture.CheckFails = true;

        await fixture.Clock.PassPauseAsync();
        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
        for (var tick = 0; tick < 5; tick++)
        {
            (await fixture.Clock.PassPauseAsync()).Should().Be(Recheck);
        }

        await fixture.Clock.NextPauseAsync();
        fixture.Registry.HasMoreCalls.Should().BeFalse("the original flaps back in at once");
        fixture.Loop.State.Should().Be(ServerState.NotRegistered);
        fixture.Logger.Lines.Should().Contain("Error: Server greeter-1 register check error: database down, deregister it");

        fixture.CheckFails = false;
        fixture.Clock.Advance(Recheck);
        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        (await fixture.Clock.NextPauseAsync()).Should().Be(Interval);
        fixture.States.Should().Equal(ServerState.Registered, ServerState.NotRegistered, ServerState.Registered);
    }

    [Fact]
    public async Task Check_Hangs_CountsAsFailing_R_SRV_7()
    {
        var never = new TaskCompletionSource();
        var calls = 0;
        await using var fixture = new LoopFixture(options =>
            options.RegisterCheck = _ => Interlocked.Increment(ref calls) == 1 ? Task.CompletedTask : never.Task);
        await fixture.StartRegisteredAsync();
        await fixture.Clock.PassPauseAsync();
        await Micro.Testing.Eventually.TrueAsync(() => Volatile.Read(ref calls) == 2, "the second check");

        await fixture.Clock.PassUntilAsync(() => fixture.Registry.HasMoreCalls, "the check is given up");

        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
        await fixture.Clock.PassPauseAsync();
        await fixture.Clock.NextPauseAsync();
        calls.Should().Be(2, "a check that still runs is not started again");
        never.SetResult();
    }

    [Fact]
    public async Task Check_BlocksItsThread_CountsAsFailing_R_SRV_7()
    {
        using var release = new ManualResetEventSlim();
        await using var fixture = new LoopFixture(options => options.RegisterCheck = _ =>
        {
            release.Wait(CancellationToken.None);
            return Task.CompletedTask;
        });

        var start = fixture.StartAsync();
        await fixture.Clock.PassUntilAsync(() => fixture.Loop.LastError is not null, "the check is given up");

        (await fixture.Clock.NextPauseAsync()).Should().Be(Recheck);
        await start;
        fixture.Loop.LastError.Should().BeOfType<TimeoutException>();
        release.Set();
    }

    [Fact]
    public async Task Check_FailuresThreshold_LeavesOnlyAfterThatMany_R_SRV_9()
    {
        await using var fixture = LoopFixture.WithCheck(options => options.RegisterCheckFailures = 3);
        await fixture.StartRegisteredAsync();
        fixture.CheckFails = true;

        await fixture.Clock.PassPauseAsync();
        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        await fixture.Clock.PassPauseAsync();
        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        await fixture.Clock.PassPauseAsync();
        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
    }

    [Fact]
    public async Task Check_SuccessesThreshold_ReturnsOnlyAfterThatMany_R_SRV_9()
    {
        await using var fixture = LoopFixture.WithCheck(options => options.RegisterCheckSuccesses = 2);
        await fixture.StartRegisteredAsync();
        fixture.CheckFails = true;
        await fixture.Clock.PassPauseAsync();
        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
        fixture.CheckFails = false;

        await fixture.Clock.PassPauseAsync();
        var pause = await fixture.Clock.NextPauseAsync();
        fixture.Registry.HasMoreCalls.Should().BeFalse();
        fixture.Clock.Advance(pause);

        (await fixture.Registry.NextCallAsync()).Should().Be("register");
    }

    [Theory]
    [InlineData(90, 30, 30, false)]
    [InlineData(30, 30, 10, true)]
    [InlineData(30, 60, 10, true)]
    [InlineData(30, 0, 10, true)]
    public async Task Start_IntervalAgainstTtl_WarnsAndUsesAThird_R_SRV_1(int ttl, int interval, int effective, bool warns)
    {
        await using var fixture = new LoopFixture(options =>
        {
            options.RegisterTtl = TimeSpan.FromSeconds(ttl);
            options.RegisterInterval = TimeSpan.FromSeconds(interval);
        });

        await fixture.StartRegisteredAsync();

        (await fixture.Clock.NextPauseAsync()).Should().Be(TimeSpan.FromSeconds(effective));
        fixture.Logger.Lines.Any(line => line.StartsWith("Warning: Register interval", StringComparison.Ordinal)).Should().Be(warns);
    }

    [Fact]
    public async Task Interval_Zero_NoHeartbeatButLossIsAnswered()
    {
        await using var fixture = new LoopFixture(options =>
        {
            options.RegisterTtl = TimeSpan.Zero;
            options.RegisterInterval = TimeSpan.Zero;
        });
        await fixture.StartRegisteredAsync();
        (await fixture.Clock.NextPauseAsync()).Should().Be(Timeout.InfiniteTimeSpan);

        fixture.Registry.LoseRegistration();

        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        fixture.Logger.Lines.Should().Contain(line => line.StartsWith("Warning: Register TTL is zero", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0.0, 24)]
    [InlineData(0.5, 30)]
    [InlineData(0.9999, 36)]
    public async Task Heartbeat_Jitter_IsTwentyPercent(double random, double seconds)
    {
        await using var fixture = new LoopFixture(jitter: random);

        await fixture.StartRegisteredAsync();

        (await fixture.Clock.NextPauseAsync()).TotalSeconds.Should().BeApproximately(seconds, 0.01);
    }

    [Fact]
    public async Task Heartbeat_WallClockJumps_ChangesNothing()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        await fixture.Clock.NextPauseAsync();

        fixture.Clock.JumpWallClock(TimeSpan.FromDays(-400));
        fixture.Clock.Advance(Interval);

        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        (await fixture.Clock.NextPauseAsync()).Should().Be(Interval);
    }

    [Fact]
    public async Task Refresh_RecordChanged_IsAssertedAtOnce()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        await fixture.Clock.NextPauseAsync();

        fixture.Record = fixture.Record with { Nodes = [new Node { Id = "greeter-1", Address = "127.0.0.2:9000" }] };
        fixture.Loop.Refresh();

        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        fixture.Registry.LastRecord!.Nodes[0].Address.Should().Be("127.0.0.2:9000");
    }

    [Fact]
    public async Task StateChanged_ListenerThrows_LoopContinues()
    {
        await using var fixture = new LoopFixture();
        fixture.Loop.StateChanged += (_, _) => throw new InvalidOperationException("listener");

        await fixture.StartRegisteredAsync();

        await fixture.Clock.PassPauseAsync();
        (await fixture.Registry.NextCallAsync()).Should().Be("register");
    }
}
