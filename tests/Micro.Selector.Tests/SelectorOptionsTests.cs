using Micro.Registry;
using Micro.Selection;

namespace Micro.Selector.Tests;

/// <summary>Options are checked together, and their order does not matter.</summary>
public sealed class SelectorOptionsTests
{
    [Fact]
    public void Create_EverythingWrong_OneErrorListsAllProblems()
    {
        var create = () => Selectors.Create(options =>
        {
            options.Strategy = null!;
            options.CacheTtl = TimeSpan.FromMilliseconds(1);
            options.MinimumRetryInterval = TimeSpan.Zero;
            options.MaxStale = TimeSpan.Zero;
            options.KeepLastNodesFor = TimeSpan.FromSeconds(-1);
            options.LookupTimeout = TimeSpan.FromHours(1);
            options.MaxServices = 0;
            options.MaxFilterSets = -1;
            options.Ejection.ConsecutiveFailures = 0;
            options.Ejection.ConsecutiveUnavailable = 0;
            options.Ejection.FirstPause = TimeSpan.FromHours(2);
            options.Ejection.LongestPause = TimeSpan.FromHours(2);
            options.Ejection.MaxShare = 0;
        });

        var message = create.Should().Throw<ArgumentException>().Which.Message;
        foreach (var name in typeof(SelectorOptions).GetProperties().Select(property => property.Name))
        {
            message.Should().Contain(name);
        }

        foreach (var name in typeof(EjectionOptions).GetProperties().Select(property => property.Name).Except([nameof(EjectionOptions.Enabled)], StringComparer.Ordinal))
        {
            message.Should().Contain($"{nameof(SelectorOptions.Ejection)}.{name}");
        }
    }

    [Fact]
    public void Create_WrongValuesInAnotherCulture_TextIsInvariant()
    {
        using var culture = new CommaCulture();

        var create = () => Selectors.Create(options =>
        {
            options.MaxServices = -1;
            options.Ejection.MaxShare = 1.5;
        });

        create.Should().Throw<ArgumentException>().WithMessage("*MaxServices -1 must*MaxShare 1.5 must*");
    }

    [Fact]
    public void Defaults_AreTheDocumentedOnes()
    {
        var options = new SelectorOptions();

        options.CacheTtl.Should().Be(TimeSpan.FromMinutes(1));
        options.MinimumRetryInterval.Should().Be(TimeSpan.FromSeconds(5));
        options.KeepLastNodesFor.Should().Be(TimeSpan.FromSeconds(30));
        options.MaxStale.Should().BeNull();
        options.Ejection.Enabled.Should().BeTrue();
        options.Ejection.ConsecutiveFailures.Should().Be(3);
        options.Ejection.FirstPause.Should().Be(TimeSpan.FromSeconds(5));
        options.Ejection.LongestPause.Should().Be(TimeSpan.FromSeconds(60));
        options.Ejection.MaxShare.Should().Be(0.5);
        options.Strategy.Should().BeSameAs(SelectorStrategies.Random);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_OptionsInAnyOrder_MeanTheSame_R_SEL_1(bool registryFirst)
    {
        await using var registry = MemoryRegistry.Create(options => options.Services = [SelectorFixture.RecordOf("a")]);
        await using var selector = Selectors.Create(options =>
        {
            if (registryFirst)
            {
                options.Registry = registry;
            }

            options.Strategy = SelectorStrategies.RoundRobin;
            options.Registry = registry;
        });

        selector.Name.Should().Be("registry");
        (await selector.PickAsync(SelectorFixture.Service, SelectOptions.Default)).Node.Id.Should().Be("a");
    }
}
