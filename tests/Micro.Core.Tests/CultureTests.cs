using Micro.Basics;
using Micro.Client;
using Micro.Registry;
using Micro.Server;
using Micro.Transport;

namespace Micro;

/// <summary>Texts of errors are the same in every culture.</summary>
public sealed class CultureTests
{
    [Fact]
    public void Validate_ClientOptions_TextsAreInvariant()
    {
        using var culture = new CommaCulture();
        var errors = new List<string>();

        new ClientOptions { RetryBudgetRatio = 1.5, RetryBudgetFloor = -0.5, Retries = -1, PoolSize = -2 }.Validate(errors);

        errors.Should().Contain(
        [
            "client retries -1: must be 0 to 5", "client pool size -2: must be positive", "client retry budget ratio 1.5: must be 0 to 1",
            "client retry budget floor -0.5: must be 0 to 1,000,000 per second",
        ]);
    }

    [Fact]
    public void Validate_OtherOptions_TextsAreInvariant()
    {
        using var culture = new CommaCulture();
        var errors = new List<string>();

        new ServerOptions { Name = "a", DrainDelay = TimeSpan.FromSeconds(-1.5) }.Validate(errors);
        new TransportLimits { MaxMessageBytes = -1 }.Validate("server", errors);

        string.Join('\n', errors).Should().Contain("-1").And.Contain("-00:00:01.5").And.NotContainAny("\u2212", "1,5");
        FluentActions.Invoking(() => MemoryRegistry.Create(options => options.SweepInterval = TimeSpan.FromSeconds(-1.5))).Should().Throw<ArgumentException>().WithMessage("*SweepInterval -00:00:01.5*");
    }

    [Theory]
    [InlineData(0.15, "0.15 s")]
    [InlineData(5, "5 s")]
    [InlineData(90, "90 s")]
    [InlineData(0.0000001, "0.0000001 s")]
    public void Limit_AnyTime_IsInSecondsAndInvariant(double seconds, string expected)
    {
        using var culture = new CommaCulture();

        ReadableTime.Limit(TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))).Should().Be(expected);
        ReadableTime.Of(TimeSpan.FromMilliseconds(-5_400)).Should().Be("-5.4 s");
        Dialer.TimedOut("a:1", TimeSpan.FromMilliseconds(150)).Detail.Should().EndWith("within the dial timeout of 0.15 s");
    }
}
