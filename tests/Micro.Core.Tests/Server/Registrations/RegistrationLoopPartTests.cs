using Micro.Registry;

namespace Micro.Server.Registrations;

/// <summary>Tests a composite registry that holds the node in some of its members only.</summary>
public sealed class RegistrationLoopPartTests
{
    private static readonly RegistryUnavailableException Missing = new("consul,etcd", "etcd: down");

    [Fact]
    public async Task Assert_InPart_IsRegisteredAndTriesAgainSoonUntilComplete()
    {
        await using var fixture = new LoopFixture();
        fixture.Registry.Incomplete = Missing;
        await fixture.StartRegisteredAsync();

        fixture.Loop.LastError.Should().BeSameAs(Missing);
        (await fixture.Clock.PassPauseAsync()).Should().Be(TimeSpan.FromMilliseconds(250));
        (await fixture.Clock.PassPauseAsync()).Should().Be(TimeSpan.FromMilliseconds(400));
        (await fixture.Clock.NextPauseAsync()).Should().Be(TimeSpan.FromMilliseconds(640));

        fixture.Registry.Incomplete = null;
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(640));
        (await fixture.Clock.NextPauseAsync()).Should().Be(TimeSpan.FromSeconds(30), "complete, so the next is a heartbeat");
        fixture.Loop.LastError.Should().BeNull();
        fixture.States.Should().Equal([ServerState.Registered], "callers could find it all the time");
        fixture.Logger.Lines.Where(line => line.Contains("in part", StringComparison.Ordinal)).Should().ContainSingle("one line a minute is enough");
        fixture.Logger.Lines.Should().Contain(line => line.Contains("completely again, after 3 attempts"));
    }

    [Fact]
    public async Task Assert_OthersRefuse_WaitsForTheNextHeartbeat()
    {
        await using var fixture = new LoopFixture(options =>
        {
            options.RegisterInterval = TimeSpan.FromSeconds(10);
            options.RegisterTtl = TimeSpan.FromSeconds(20);
        });
        fixture.Registry.Incomplete = new RegistryDeniedException("consul,etcd", "etcd: no rights");
        await fixture.StartRegisteredAsync();

        (await fixture.Clock.PassPauseAsync()).Should().Be(TimeSpan.FromSeconds(10), "30 s would let the registration that is there expire");
        fixture.Loop.State.Should().Be(ServerState.Registered);
    }

    [Fact]
    public async Task Assert_InPartAndFailFast_StartSucceeds()
    {
        await using var fixture = new LoopFixture(options => options.FailFastOnRegister = true);
        fixture.Registry.Incomplete = Missing;

        await fixture.StartRegisteredAsync();
    }
}
