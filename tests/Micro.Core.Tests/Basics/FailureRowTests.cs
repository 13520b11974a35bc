using Micro.Testing;
using Microsoft.Extensions.Logging;

namespace Micro.Basics;

/// <summary>Warnings during a long outage: how many are logged, and when.</summary>
public sealed class FailureRowTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly CapturingLoggerFactory _log = new();
    private readonly FailureRow _row;

    public FailureRowTests() => _row = new FailureRow("The watch", _time, _log.CreateLogger("test"));

    [Fact]
    public void Add_SameCause_IsWarnedOfAtFirstAndOnceAMinute()
    {
        var warned = 0;
        for (var second = 0; second < 180; second++)
        {
            warned += _row.Add(new IOException($"no answer within {second} s")) ? 1 : 0;
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        warned.Should().Be(3);
        _row.Count.Should().Be(180);
    }

    [Fact]
    public void Add_OtherCause_IsWarnedOfAtOnce()
    {
        _row.Add(new IOException("refused")).Should().BeTrue();
        _row.Add(new IOException("refused")).Should().BeFalse();
        _row.Add(new IOException("permission denied")).Should().BeTrue();
        _row.Add(new IOException("refused")).Should().BeFalse();
        _row.Add(new InvalidOperationException("wrapped", new IOException("refused"))).Should().BeFalse("the innermost error is the cause");
    }

    [Fact]
    public void Add_EachFailure_HasItsStackAtDebug()
    {
        var error = new IOException("refused");

        _row.Add(error);
        _row.Add(error);

        _log.Entries.Should().HaveCount(2).And.OnlyContain(entry => entry.Level == LogLevel.Debug && entry.Error == error);
        _log.Entries.Last().Message.Should().Be("The watch: consecutive failure 2");
    }

    [Fact]
    public void End_AfterFailures_IsReportedOnceWithCountAndTime()
    {
        _row.Add(new IOException("refused"));
        _time.Advance(TimeSpan.FromSeconds(12));
        _row.Add(new IOException("refused"));

        _row.End(out var count, out var lasted).Should().BeTrue();
        (count, lasted).Should().Be((2, TimeSpan.FromSeconds(12)));
        _row.End(out _, out _).Should().BeFalse();
        _row.Count.Should().Be(0);
    }

    [Fact]
    public void Add_NextRow_IsWarnedOfAgain()
    {
        _row.Add(new IOException("refused"));
        _row.End();

        _row.Add(new IOException("refused")).Should().BeTrue();
    }

    [Fact]
    public void Add_WorkComesAndGoesAllTheTime_FewWarningsAMinute()
    {
        var (warned, ended) = (0, 0);
        for (var row = 0; row < 60; row++)
        {
            warned += _row.Add(new IOException("refused")) ? 1 : 0;
            ended += _row.End(out _, out _) ? 1 : 0;
            _time.Advance(TimeSpan.FromMilliseconds(900));
        }

        warned.Should().Be(5);
        ended.Should().Be(5, "an end is reported when its beginning was");
    }

    [Fact]
    public void TextOf_ErrorThatGathersOthers_IsTheFirstOnOneLine()
    {
        var error = new AggregateException(new IOException("refused\nby the peer"), new IOException("other"));

        FailureRow.TextOf(error).Should().Be("refused by the peer");
        FailureRow.KindOf(error).Should().Be("IO");
    }
}
