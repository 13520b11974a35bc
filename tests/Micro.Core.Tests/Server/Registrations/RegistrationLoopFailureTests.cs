using Micro.Registry;

namespace Micro.Server.Registrations;

/// <summary>Tests a registry that fails, refuses, hangs or loses the record.</summary>
public sealed class RegistrationLoopFailureTests
{
    [Fact]
    public async Task Start_RegisterFails_TriesThreeTimesThenContinuesInTheBackground()
    {
        await using var fixture = new LoopFixture();
        fixture.FailRegistering();

        var start = fixture.StartAsync();
        (await fixture.Clock.PassPauseAsync()).Should().Be(TimeSpan.FromMilliseconds(100));
        (await fixture.Clock.PassPauseAsync()).Should().Be(TimeSpan.FromMilliseconds(600));
        await start;

        fixture.Loop.State.Should().Be(ServerState.NotRegistered);
        fixture.Loop.LastError.Should().BeOfType<RegistryUnavailableException>();
        (await fixture.Clock.NextPauseAsync()).Should().Be(TimeSpan.FromMilliseconds(250));
        fixture.Logger.Lines.Should().Contain("Warning: Server greeter-1 register error: down (RegistryUnavailable), consecutive failure 1, next attempt in 100 ms");
        fixture.RegisterAgain();
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(250));
        await Micro.Testing.Eventually.TrueAsync(() => fixture.Loop.State == ServerState.Registered, "registered in the background");
        fixture.Loop.LastError.Should().BeNull();
    }

    [Fact]
    public async Task Start_RegisterFailsAndFailFast_ThrowsAfterThreeTries()
    {
        await using var fixture = new LoopFixture(options => options.FailFastOnRegister = true);
        fixture.FailRegistering();

        var start = fixture.StartAsync();
        await fixture.Clock.PassPauseAsync();
        await fixture.Clock.PassPauseAsync();

        await start.Invoking(task => task).Should().ThrowAsync<RegistryUnavailableException>();
        fixture.Loop.State.Should().Be(ServerState.NotRegistered);
    }

    [Fact]
    public async Task Start_RecordInvalid_ThrowsAtOnceAndWithdrawsNothing()
    {
        await using var fixture = new LoopFixture();
        fixture.FailRegistering(new ArgumentException("never fits"));

        await fixture.Invoking(it => it.StartAsync()).Should().ThrowAsync<ArgumentException>().WithMessage("never fits");

        fixture.Loop.State.Should().Be(ServerState.NotRegistered);
        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        fixture.Registry.HasMoreCalls.Should().BeFalse();
        fixture.Logger.Lines.Should().NotContain(static line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Heartbeat_RecordBecomesInvalid_IsRetriedAndLogged()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        fixture.FailRegistering(new ArgumentException("never fits"));

        await fixture.Clock.PassPauseAsync();
        await fixture.Clock.NextPauseAsync();

        fixture.Loop.State.Should().Be(ServerState.Lost);
        fixture.Logger.Lines.Should().Contain(static line => line.Contains("register error: never fits"));
    }

    [Fact]
    public async Task Start_RegistryHangs_ContinuesAfterFiveSeconds_R_SRV_5()
    {
        var never = new TaskCompletionSource();
        await using var fixture = new LoopFixture();
        fixture.Registry.OnRegister = token => never.Task.WaitAsync(token);

        var start = fixture.StartAsync();
        await fixture.Registry.NextCallAsync();
        await fixture.Clock.PassUntilAsync(() => start.IsCompleted, "the start goes on");

        await start;
        fixture.Logger.Lines.Should().Contain(line => line.Contains("continues in the background"));
    }

    [Fact]
    public async Task Start_Cancelled_ThrowsAndWithdrawsAPossibleRecord()
    {
        await using var fixture = new LoopFixture();
        fixture.Registry.OnRegister = token => Task.Delay(Timeout.Infinite, token);
        using var cancel = new CancellationTokenSource();

        var start = fixture.Loop.StartAsync(cancel.Token);
        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        await cancel.CancelAsync();

        await start.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
        fixture.Loop.State.Should().Be(ServerState.NotRegistered);
    }

    [Fact]
    public async Task Heartbeat_RegisterFails_IsLostAndBacksOffForever_R_SRV_10()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        fixture.FailRegistering();
        await fixture.Clock.PassPauseAsync();

        double[] expected = [0.25, 0.4, 0.64, 1.024, 1.6384, 2.62144, 4.194304, 5, 5, 5];
        foreach (var seconds in expected)
        {
            (await fixture.Registry.NextCallAsync()).Should().Be("register");
            (await fixture.Clock.PassPauseAsync()).TotalSeconds.Should().BeApproximately(seconds, 0.001);
            fixture.Loop.State.Should().Be(ServerState.Lost);
        }

        fixture.RegisterAgain();
        await fixture.Clock.PassPauseAsync();
        await Micro.Testing.Eventually.TrueAsync(() => fixture.Loop.State == ServerState.Registered, "registered again");
        fixture.States.Should().Equal(ServerState.Registered, ServerState.Lost, ServerState.Registered);
        fixture.Logger.Lines.Should().Contain(line => line.StartsWith("Information: Registry [scripted] Registered node again: greeter-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Heartbeat_LongOutage_OneWarningAMinuteWithoutStackAndOneRecovery()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        fixture.FailRegistering();
        await fixture.Clock.PassPauseAsync();
        for (var failure = 0; failure < 33; failure++)
        {
            (await fixture.Registry.NextCallAsync()).Should().Be("register");
            await fixture.Clock.PassPauseAsync();
        }

        fixture.RegisterAgain();
        await fixture.Clock.PassPauseAsync();
        await Micro.Testing.Eventually.TrueAsync(() => fixture.Loop.State == ServerState.Registered, "registered again");

        fixture.Logger.Lines.Where(static line => line.Contains("register error")).Should().HaveCount(3, "the outage lasts between two and three minutes");
        fixture.Logger.Lines.Should().ContainSingle(line => line.Contains("Registered node again"))
            .Which.Should().MatchRegex("after 3[0-9] failed attempts in 2 min");
    }

    [Fact]
    public async Task Heartbeat_RegistrySetsTheNextAttempt_LoopFollows_R1()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        fixture.FailRegistering(new RegistryUnavailableException("scripted", "down") { RetryAfter = TimeSpan.FromSeconds(25) });

        await fixture.Clock.PassPauseAsync();

        (await fixture.Clock.NextPauseAsync()).Should().BeCloseTo(TimeSpan.FromSeconds(25), TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public async Task Conflict_RegistryReportsAnotherAddress_IsLoggedAndVisibleForAWhile_R21()
    {
        await using var fixture = new LoopFixture();
        fixture.Registry.ConflictingAddress = "10.0.0.7:80";
        await fixture.StartRegisteredAsync();
        fixture.Loop.Conflict.Should().Be("10.0.0.7:80");
        fixture.Logger.Lines.Should().Contain(line => line.Contains("Node greeter-1 in registry [scripted] is also registered from 10.0.0.7:80"));

        fixture.Registry.ConflictingAddress = null;
        await fixture.Clock.PassPauseAsync();
        await fixture.Clock.NextPauseAsync();
        fixture.Loop.Conflict.Should().Be("10.0.0.7:80", "somebody should see it");

        fixture.Clock.Advance(TimeSpan.FromMinutes(11));
        fixture.Loop.Conflict.Should().BeNull();
    }

    [Fact]
    public async Task Conflict_RegistryRefusesForIt_IsUnreadyAndVisible_R21()
    {
        await using var fixture = new LoopFixture();
        fixture.FailRegistering(new RegistryDeniedException("scripted", "taken") { ConflictingAddress = "10.0.0.7:80" });

        await fixture.StartAsync();

        fixture.Loop.Conflict.Should().Be("10.0.0.7:80");
        fixture.Loop.IsReady.Should().BeFalse();
    }

    [Fact]
    public async Task Backoff_ShortInterval_NeverExceedsIt()
    {
        await using var fixture = new LoopFixture(options =>
        {
            options.RegisterTtl = TimeSpan.FromSeconds(3);
            options.RegisterInterval = TimeSpan.FromSeconds(1);
        });
        await fixture.StartRegisteredAsync();
        fixture.FailRegistering();

        var pauses = new List<TimeSpan>();
        for (var tick = 0; tick < 8; tick++)
        {
            pauses.Add(await fixture.Clock.PassPauseAsync());
        }

        pauses.Max().Should().Be(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Heartbeat_RegisterHangs_IsAbandonedAndNeverRunTwice()
    {
        var never = new TaskCompletionSource();
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        fixture.Registry.OnRegister = _ => never.Task;
        await fixture.Clock.PassPauseAsync();
        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        await fixture.Clock.PassUntilAsync(() => fixture.Loop.State == ServerState.Lost, "the write is given up");
        await fixture.Clock.PassPauseAsync();
        var pause = await fixture.Clock.NextPauseAsync();

        fixture.Loop.State.Should().Be(ServerState.Lost);
        fixture.Registry.HasMoreCalls.Should().BeFalse("the first one still runs");
        fixture.RegisterAgain();
        never.SetResult();
        fixture.Clock.Advance(pause);
        (await fixture.Registry.NextCallAsync()).Should().Be("register");
    }

    [Fact]
    public async Task Register_Denied_RetriesSlowly()
    {
        await using var fixture = new LoopFixture(options => options.RegisterInterval = TimeSpan.FromSeconds(10), jitter: 0);
        fixture.FailRegistering(new RegistryDeniedException("scripted", "no access"));

        await fixture.StartAsync();

        (await fixture.Clock.NextPauseAsync()).Should().Be(TimeSpan.FromSeconds(30));
        fixture.Loop.State.Should().Be(ServerState.NotRegistered);
    }

    [Fact]
    public async Task Lost_Fires_AssertsAtOnce()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        await fixture.Clock.NextPauseAsync();

        fixture.Registry.LoseRegistration();

        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        await Micro.Testing.Eventually.TrueAsync(() => fixture.Loop.State == ServerState.Registered, "registered again");
        fixture.States.Should().Equal(ServerState.Registered, ServerState.Lost, ServerState.Registered);
    }

    [Fact]
    public async Task Lost_FiresAfterEveryWrite_IsNotAFlood()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        await fixture.Clock.NextPauseAsync();
        fixture.Registry.LoseRegistration();
        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        await fixture.Clock.NextPauseAsync();

        fixture.Registry.LoseRegistration();

        (await fixture.Clock.NextPauseAsync()).Should().Be(TimeSpan.FromMilliseconds(250));
        fixture.Registry.HasMoreCalls.Should().BeFalse();
    }

    [Fact]
    public async Task Check_FailsWhileLost_Withdraws()
    {
        await using var fixture = LoopFixture.WithCheck();
        await fixture.StartRegisteredAsync();
        fixture.FailRegistering();
        await fixture.Clock.PassPauseAsync();
        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        fixture.CheckFails = true;

        await fixture.Clock.PassPauseAsync();

        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
        await fixture.Clock.NextPauseAsync();
        fixture.Loop.State.Should().Be(ServerState.NotRegistered);
    }

    [Fact]
    public async Task Check_FailsAndDeregisterFails_IsWithdrawnAgainNextRound()
    {
        await using var fixture = LoopFixture.WithCheck();
        await fixture.StartRegisteredAsync();
        fixture.CheckFails = true;
        fixture.Registry.OnDeregister = _ => throw new RegistryUnavailableException("scripted", "down");
        await fixture.Clock.PassPauseAsync();
        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
        fixture.Registry.OnDeregister = static _ => Task.CompletedTask;

        await fixture.Clock.PassPauseAsync();
        (await fixture.Registry.NextCallAsync()).Should().Be("deregister");
        await fixture.Clock.PassPauseAsync();
        await fixture.Clock.NextPauseAsync();

        fixture.Registry.HasMoreCalls.Should().BeFalse("withdrawn once and for all");
        fixture.Logger.Lines.Should().Contain("Error: Server greeter-1 deregister error: down");
    }

    [Fact]
    public async Task Record_Throws_LoopContinues()
    {
        var fails = 1;
        var fixture = new LoopFixture();
        var loop = new RegistrationLoop(
            fixture.Registry,
            () => Interlocked.Exchange(ref fails, 0) == 1 ? throw new InvalidOperationException("no IP address found") : fixture.Record,
            fixture.Options,
            fixture.Logger,
            fixture.Clock,
            new MiddleRandom());
        await using var disposal = loop;

        var start = loop.StartAsync(CancellationToken.None);
        await fixture.Clock.PassPauseAsync();
        await start;

        loop.State.Should().Be(ServerState.Registered);
    }
}
