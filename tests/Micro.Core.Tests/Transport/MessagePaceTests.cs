using Micro.Basics;
using Micro.Testing;

namespace Micro.Transport;

public sealed class MessagePaceTests
{
    private static readonly TransportLimits Limits = new();
    private readonly ManualTimeProvider _time = new();
    private MessagePace _pace;

    [Fact]
    public void Progress_NothingMoreComes_IsLateAfterTheStallTimeout_HoweverMuchCameBefore()
    {
        _pace.Begin(0, Limits, _time);

        At(1, received: 4_000_000, length: 4_194_304).Should().Be(11);
        At(10, received: 4_000_001, length: 4_194_304).Should().Be(11, "a byte buys no time");
    }

    [Fact]
    public void Progress_FasterThanTheLowestRate_IsNeverLate()
    {
        _pace.Begin(0, Limits, _time);
        for (var second = 5; second <= 60; second += 5)
        {
            At(second, received: second * 17_000, length: 2_000_000).Should().BeGreaterThan(second);
        }
    }

    [Fact]
    public void Progress_LargeBodyAtTheRateOfASmallOne_IsLate()
    {
        _pace.Begin(0, Limits, _time);
        At(9, received: 9 * 1000, length: 2_000_000).Should().Be(10);
    }

    [Fact]
    public void Progress_SmallBody_HasTheLowerRate()
    {
        _pace.Begin(0, Limits, _time);
        At(9, received: 9 * 300, length: 100_000).Should().Be(19);
    }

    private double At(double now, long received, long length) =>
        (double)_pace.Progress(_time.Units(TimeSpan.FromSeconds(now)), received, length, Limits, _time) / _time.Units(TimeSpan.FromSeconds(1));
}
