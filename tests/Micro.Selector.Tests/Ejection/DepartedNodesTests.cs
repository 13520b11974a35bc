using Micro.Selection.Ejection;
using Micro.Testing;

namespace Micro.Selector.Tests.Ejection;

/// <summary>Tests the remembered health of departed nodes: rule R13.</summary>
public sealed class DepartedNodesTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Take_WithinTheTime_GivesTheHealthOnce()
    {
        var nodes = new DepartedNodes(_time, TimeSpan.FromMinutes(1));
        var health = Failed("a");
        nodes.Add(health);
        _time.Advance(TimeSpan.FromSeconds(59));

        nodes.Take(("a", "a:1")).Should().BeSameAs(health);
        nodes.Take(("a", "a:1")).Should().BeNull();
    }

    [Fact]
    public void Take_AfterTheTimeOrFromElsewhere_Null()
    {
        var nodes = new DepartedNodes(_time, TimeSpan.FromMinutes(1));
        nodes.Add(Failed("a"));

        nodes.Take(("a", "other:1")).Should().BeNull();
        _time.Advance(TimeSpan.FromSeconds(61));
        nodes.Take(("a", "a:1")).Should().BeNull();
    }

    [Fact]
    public void Add_NodeWithoutAFailure_IsNotKept()
    {
        var nodes = new DepartedNodes(_time, TimeSpan.FromMinutes(1));

        nodes.Add(new NodeHealth(new Node { Id = "a", Address = "a:1" }));

        nodes.Count.Should().Be(0);
    }

    [Fact]
    public void Add_TooMany_TheFirstAreForgotten()
    {
        var nodes = new DepartedNodes(_time, TimeSpan.FromMinutes(1));

        for (var number = 0; number < DepartedNodes.Limit + 10; number++)
        {
            nodes.Add(Failed($"n{number}"));
        }

        nodes.Count.Should().Be(DepartedNodes.Limit);
        nodes.Take(("n9", "n9:1")).Should().BeNull();
        nodes.Take(("n10", "n10:1")).Should().NotBeNull();
    }

    [Fact]
    public void Add_SameNodeManyTimes_StaysBounded()
    {
        var nodes = new DepartedNodes(_time, TimeSpan.FromMinutes(1));
        var health = Failed("a");

        for (var round = 0; round < DepartedNodes.Limit * 3; round++)
        {
            nodes.Add(health);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            nodes.Take(("a", "a:1")).Should().BeSameAs(health);
        }

        nodes.Count.Should().Be(0);
    }

    private static NodeHealth Failed(string id) => new(new Node { Id = id, Address = id + ":1" }) { Failures = 1 };
}
