
namespace Micro.Basics;

public sealed class ReadableTimeTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.25, "0.25 ms")]
    [InlineData(350, "350 ms")]
    [InlineData(999.6, "1 s")]
    [InlineData(1_000, "1 s")]
    [InlineData(5_437.2102, "5.4 s")]
    [InlineData(59_940, "59.9 s")]
    [InlineData(59_960, "1 min")]
    [InlineData(125_000, "2 min 5 s")]
    [InlineData(3_600_000, "1 h")]
    [InlineData(12_000_000, "3 h 20 min")]
    [InlineData(86_400_000, "1 d")]
    [InlineData(100_800_000, "1 d 4 h")]
    [InlineData(-5_400, "-5.4 s")]
    [InlineData(-1, "for ever")]
    public void ToString_AnyTime_IsShortWithItsUnit(double milliseconds, string expected) =>
        ReadableTime.Of(TimeSpan.FromMilliseconds(milliseconds)).Should().Be(expected);
}
