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
    [InlineData("0:00:10.5", 10_500)]
    [InlineData("23:59:59", 86_399_000)]
    [InlineData("24:00:00", 86_400_000)]
    [InlineData("100:30:00", 361_800_000)]
    [InlineData("1.02:03:04", 93_784_000)]
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
    [InlineData("10:20")]
    [InlineData("1:2:3:4")]
    [InlineData("1:00:00:00")]
    [InlineData("10:60:00")]
    [InlineData("10:00:60")]
    [InlineData("10:1.5:00")]
    [InlineData("1.24:00:00")]
    [InlineData("4294967295:00:00")]
    [InlineData(":10:20")]
    [InlineData("10:20:")]
    [InlineData("1:+2:3")]
    [InlineData(" 1:02:03")]
    [InlineData("1:02:03 ")]
    public void TryParse_Wrong_IsRefused(string text) => DurationText.TryParse(text, wholeSeconds: false, out _).Should().BeFalse();

    [Fact]
    public void TryParse_BareNumber_IsSecondsWhereSaid()
    {
        DurationText.TryParse("20", wholeSeconds: true, out var value).Should().BeTrue();
        value.Should().Be(TimeSpan.FromSeconds(20));
    }
}
