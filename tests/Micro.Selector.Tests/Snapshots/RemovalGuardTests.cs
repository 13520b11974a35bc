using Micro.Selection.Snapshots;
using Micro.Testing;

namespace Micro.Selector.Tests.Snapshots;

/// <summary>Tests the threshold between the end of single nodes and a loss of the registry.</summary>
public sealed class RemovalGuardTests
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, false)]
    [InlineData(2, 2, true)]
    [InlineData(3, 2, false)]
    [InlineData(4, 2, false)]
    [InlineData(4, 3, true)]
    [InlineData(100, 50, false)]
    [InlineData(100, 51, true)]
    [InlineData(5, 0, false)]
    public void IsMassive_AtOnce_AllOrMoreThanHalfOfFour_R_CAC_11(int before, int removed, bool massive) =>
        new RemovalGuard(_time).IsMassive(before, removed).Should().Be(massive);

    [Fact]
    public void IsMassive_OneByOne_CountsFiveSeconds_R_CAC_11()
    {
        var guard = new RemovalGuard(_time);
        guard.Remember([Of("a")]);
        _time.Advance(TimeSpan.FromSeconds(3));
        guard.Remember([Of("b")]);

        guard.IsMassive(2, 1).Should().BeTrue("three of four in three seconds");
        guard.TakeRecent().Select(suspect => suspect.Node.Id).Should().Equal("a", "b");
        guard.TakeRecent().Should().BeEmpty();
    }

    [Fact]
    public void IsMassive_LongerAgo_IsForgotten_R_CAC_11()
    {
        var guard = new RemovalGuard(_time);
        guard.Remember([Of("a"), Of("b")]);
        _time.Advance(TimeSpan.FromSeconds(6));

        guard.IsMassive(2, 1).Should().BeFalse();
        guard.TakeRecent().Should().BeEmpty();
    }

    private static Suspect Of(string id) => new(SelectorFixture.RecordOf(id), 0);
}
