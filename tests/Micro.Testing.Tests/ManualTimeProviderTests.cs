namespace Micro.Testing.Tests;

/// <summary>Tests the clock that most tests use.</summary>
public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Advance_FromAnyStart_ExactlyThatTimeHasPassed()
    {
        for (var start = 0; start < 200; start++)
        {
            var before = _time.GetTimestamp();
            _time.Advance(TimeSpan.FromSeconds(30));
            (_time.GetTimestamp() - before).Should().Be(30 * _time.TimestampFrequency);
            _time.Advance(TimeSpan.FromTicks(100_001));
            _time.GetElapsedTime(before).Should().Be(TimeSpan.FromSeconds(30) + TimeSpan.FromTicks(100_001));
        }
    }

    [Fact]
    public async Task Advance_ManyAtOnce_AddsUpAndFiresEachTimerOnce()
    {
        var fired = 0;
        var timers = Enumerable.Range(1, 1000)
            .Select(milliseconds => _time.CreateTimer(_ => Interlocked.Increment(ref fired), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan))
            .ToArray();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var step = 0; step < 1000; step++)
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
            }
        })));

        fired.Should().Be(timers.Length);
        _time.GetElapsedTime(0).Should().Be(TimeSpan.FromSeconds(8));
        _time.GetUtcNow().Should().Be(new ManualTimeProvider().GetUtcNow() + TimeSpan.FromSeconds(8));
    }

    [Fact]
    public void Advance_InsideATimer_ContinuesFromThere()
    {
        var seen = new List<TimeSpan>();
        using var outer = _time.CreateTimer(
            _ =>
            {
                _time.Advance(TimeSpan.FromSeconds(5));
                seen.Add(_time.GetElapsedTime(0));
            },
            null,
            TimeSpan.FromSeconds(1),
            Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(2));

        seen.Should().Equal(TimeSpan.FromSeconds(7));
        _time.GetElapsedTime(0).Should().Be(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task Delay_BelowAMillisecond_IsOverAtOnceAndArmsNoTimer()
    {
        await Task.Delay(TimeSpan.FromTicks(9_999), _time);
        _time.ActiveTimers.Should().Be(0);
    }
}
