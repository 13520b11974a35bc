using System.Text;
using Micro.Testing;

namespace Micro.Transport.Messages;

public sealed class DeadlineHeaderTests
{
    [Theory]
    [InlineData("5000000000", 50_000_000L)]
    [InlineData("600", 6L)]
    [InlineData("1", 1L)]
    [InlineData("600ms", 6_000_000L)]
    [InlineData("10s", 100_000_000L)]
    [InlineData("9223372036854775807", 92_233_720_368_547_758L)]
    [InlineData("", null)]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData("5m", null)]
    [InlineData("5.5s", null)]
    [InlineData("s", null)]
    [InlineData("9223372036854775808", null)]
    [InlineData("9223372036854775807s", null)]
    [InlineData("9223372036854775807ms", null)]
    [InlineData("1 s", null)]
    public void TryParse_Table(string text, long? ticks)
    {
        DeadlineHeader.TryParse(Encoding.ASCII.GetBytes(text), out var timeout).Should().Be(ticks is not null);
        timeout.Ticks.Should().Be(ticks ?? 0);
    }

    [Fact]
    public void ToTimestamp_IsNowAndTheTime_OrNever()
    {
        var time = new ManualTimeProvider();
        time.Advance(TimeSpan.FromSeconds(7));
        DeadlineHeader.ToTimestamp("2s"u8, time, time.GetTimestamp()).Should().Be(time.GetTimestamp() + (2 * time.TimestampFrequency));
        DeadlineHeader.ToTimestamp("x"u8, time, time.GetTimestamp()).Should().Be(long.MaxValue);
        DeadlineHeader.FromTimeSpan(TimeSpan.FromSeconds(5)).Should().Be(5_000_000_000);
        DeadlineHeader.FromTimeSpan(TimeSpan.MaxValue).Should().Be(long.MaxValue);
    }
}
