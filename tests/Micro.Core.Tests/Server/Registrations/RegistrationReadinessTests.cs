using Micro.Registry;
using Micro.Testing;

namespace Micro.Server.Registrations;

/// <summary>Tests that readiness depends on the registry's answers, never on its silence or on the wall clock.</summary>
public sealed class RegistrationReadinessTests
{
    [Fact]
    public async Task IsReady_FromStartToStop_FollowsTheRegistration()
    {
        await using var fixture = new LoopFixture();
        fixture.Loop.IsReady.Should().BeFalse("the server does not listen yet");

        await fixture.StartRegisteredAsync();
        fixture.Loop.IsReady.Should().BeTrue();

        await fixture.Loop.StopAsync(CancellationToken.None);
        fixture.Loop.IsReady.Should().BeFalse("it drains");
    }

    [Fact]
    public async Task IsReady_RegistryAwayForLongerThanTheTtl_StaysTrueWhateverTheWallClock()
    {
        await using var fixture = new LoopFixture();
        await fixture.StartRegisteredAsync();
        fixture.FailRegistering();

        fixture.Clock.JumpWallClock(TimeSpan.FromHours(1));
        for (var elapsed = TimeSpan.Zero; elapsed < fixture.Options.RegisterTtl * 3; elapsed += await fixture.Clock.PassPauseAsync())
        {
            fixture.Loop.IsReady.Should().BeTrue();
        }

        fixture.Clock.JumpWallClock(TimeSpan.FromHours(-2));
        fixture.Loop.State.Should().Be(ServerState.Lost);
        fixture.Loop.IsReady.Should().BeTrue();
    }

    [Fact]
    public async Task IsReady_RegistryRefusesAfterItWasAway_TurnsFalseAndComesBackWithTheRecord()
    {
        await using var fixture = new LoopFixture();
        var reports = 0;
        fixture.Loop.HealthChanged += (_, _) => Interlocked.Increment(ref reports);
        await fixture.StartRegisteredAsync();
        fixture.FailRegistering();
        await fixture.Clock.PassPauseAsync();
        await Eventually.TrueAsync(() => fixture.Loop.State == ServerState.Lost, "a renewal fails");

        var before = Volatile.Read(ref reports);
        fixture.FailRegistering(new RegistryDeniedException("scripted", "no rights"));
        await PassUntilAsync(fixture, () => !fixture.Loop.IsReady, "the registry answers and does not hold the record");
        Volatile.Read(ref reports).Should().BeGreaterThan(before, "the state is lost as before, but readiness changed");

        fixture.RegisterAgain();
        await PassUntilAsync(fixture, () => fixture.Loop.IsReady, "the record is back");
    }

    [Fact]
    public async Task IsReady_RegistryFailsAtTheStart_IsTrueAfterTheFirstFailure()
    {
        await using var fixture = new LoopFixture();
        fixture.FailRegistering();

        var start = fixture.StartAsync();
        await fixture.Clock.NextPauseAsync();

        fixture.Loop.IsReady.Should().BeTrue();
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        await fixture.Clock.PassUntilAsync(() => start.IsCompleted, "the start goes on");
        fixture.Loop.LastError.Should().NotBeNull("it is degraded");
    }

    [Fact]
    public async Task IsReady_RegistryHangsAtTheStart_IsTrueWhenTheStartContinues()
    {
        var never = new TaskCompletionSource();
        await using var fixture = new LoopFixture();
        fixture.Registry.OnRegister = token => never.Task.WaitAsync(token);

        var start = fixture.StartAsync();
        await fixture.Registry.NextCallAsync();
        fixture.Loop.IsReady.Should().BeFalse("the first answer is awaited");
        await fixture.Clock.PassUntilAsync(() => start.IsCompleted, "the start goes on");
        await start;

        fixture.Loop.IsReady.Should().BeTrue();
        fixture.Loop.LastError.Should().BeOfType<RegistryUnavailableException>();
    }

    [Fact]
    public async Task IsReady_RefusedAtTheStart_IsFalse()
    {
        await using var fixture = new LoopFixture();
        fixture.FailRegistering(new RegistryDeniedException("scripted", "no rights"));

        await fixture.StartAsync();

        fixture.Loop.IsReady.Should().BeFalse();
    }

    [Fact]
    public async Task IsReady_CheckFails_IsFalseThoughTheRegistryIsSilent()
    {
        await using var fixture = LoopFixture.WithCheck();
        await fixture.StartRegisteredAsync();
        fixture.CheckFails = true;
        fixture.FailRegistering();
        fixture.Registry.OnDeregister = static _ => Task.FromException(new RegistryUnavailableException("scripted", "down"));

        await PassUntilAsync(fixture, () => !fixture.Loop.IsReady, "the check decides");

        fixture.CheckFails = false;
        await PassUntilAsync(fixture, () => fixture.Loop.IsReady, "the check passes again");
        fixture.Loop.State.Should().Be(ServerState.NotRegistered);
    }

    [Fact]
    public async Task IsReady_RecordLostAndWrittenAgain_NeverFalse()
    {
        await using var fixture = new LoopFixture();
        var unready = 0;
        fixture.Loop.HealthChanged += (_, _) => Interlocked.Add(ref unready, fixture.Loop.State != ServerState.NotRegistered && !fixture.Loop.IsReady ? 1 : 0);
        await fixture.StartRegisteredAsync();
        await fixture.Clock.NextPauseAsync();

        fixture.Registry.LoseRegistration();
        (await fixture.Registry.NextCallAsync()).Should().Be("register");
        await Eventually.TrueAsync(() => fixture.Loop.State == ServerState.Registered, "written again at once");

        unready.Should().Be(0);
    }

    private static Task PassUntilAsync(LoopFixture fixture, Func<bool> condition, string what) =>
        Eventually.TrueAsync(
            () =>
            {
                fixture.Clock.Advance(TimeSpan.FromSeconds(1));
                return condition();
            },
            what);
}
