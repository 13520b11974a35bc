using Micro.Testing;

namespace Micro.Basics;

/// <summary>One log message in ten seconds, and the count of the others.</summary>
public sealed class LogPaceTests
{
    [Fact]
    public void TryPass_ManyWithinTenSeconds_OnePassesAndTheNextCountsTheOthers()
    {
        var time = new ManualTimeProvider();
        var pace = new LogPace(time);

        var passed = Enumerable.Range(0, 1000).Count(_ => pace.TryPass(out var _));
        time.Advance(TimeSpan.FromSeconds(9.9));
        var early = pace.TryPass(out var _);
        time.Advance(TimeSpan.FromSeconds(0.1));
        var due = pace.TryPass(out var unlogged);

        passed.Should().Be(1);
        early.Should().BeFalse();
        due.Should().BeTrue();
        unlogged.Should().Be(1000, "999 and the early one were held back");
    }
}
