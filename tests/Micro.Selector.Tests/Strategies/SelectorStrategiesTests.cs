using Micro.Selection;

namespace Micro.Selector.Tests.Strategies;

/// <summary>Strategies by name.</summary>
public sealed class SelectorStrategiesTests
{
    [Theory]
    [InlineData("registry", "random")]
    [InlineData("random", "random")]
    [InlineData("RoundRobin", "roundrobin")]
    public void Get_KnownName_Finds(string name, string found) => SelectorStrategies.Get(name).Name.Should().Be(found);

    [Theory]
    [InlineData("rnadom")]
    [InlineData("")]
    public void Get_UnknownName_ErrorListsTheKnown(string name)
    {
        var get = () => SelectorStrategies.Get(name);

        get.Should().Throw<ArgumentException>().WithMessage($"unknown selector '{name}': use random, registry, roundrobin*");
        SelectorStrategies.TryGet(name, out _).Should().BeFalse();
    }
}
