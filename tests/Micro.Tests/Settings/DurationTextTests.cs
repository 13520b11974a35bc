using Micro.Settings;

namespace Micro.Tests.Settings;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("00:00:10", 10_000)]
    [InlineData("1500us", 1.5)]
    [InlineData("0", 0)]
    public void TryParse_Known_R_SVC_9(string text, double milliseconds)
    {
        DurationText.TryParse(text, wholeSeconds: false, out var value).Should().BeTrue();
        value.TotalMilliseconds.Should().Be(milliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("-1s")]
    [InlineData("-00:00:10")]
    [InlineData("10 s")]
    [InlineData("s")]
    [InlineData("1.2.3s")]
    [InlineData("10x")]
    [InlineData("99999999999999h")]
    public void TryParse_Wrong_IsRefused(string text) => DurationText.TryParse(text, wholeSeconds: false, out _).Should().BeFalse();

    [Fact]
    public void TryParse_BareNumber_IsSecondsWhereSaid()
    {
        DurationText.TryParse("20", wholeSeconds: true, out var value).Should().BeTrue();
        value.Should().Be(TimeSpan.FromSeconds(20));
    }
}
