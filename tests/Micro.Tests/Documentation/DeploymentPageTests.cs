using System.Text.RegularExpressions;
using Micro.Settings;

namespace Micro.Tests.Documentation;

/// <summary>The files of docs/deployment.md give a stop the time that it needs, and pages name variables that exist.</summary>
public sealed partial class DeploymentPageTests
{
    /// <summary>The longest wait for a registry that does not answer, see docs/hosting.md.</summary>
    private const int Deregister = 5;
    private const int Rest = 2;

    [Fact]
    public void GracePeriod_OfThePod_CoversTheLongestStop()
    {
        var manifest = Block("yaml");

        Number(manifest, "terminationGracePeriodSeconds: (\\d+)").Should().BeGreaterThanOrEqualTo(
            Deregister + Number(manifest, "DRAIN_DELAY\\s+value: (\\d+)s") + Number(manifest, "SHUTDOWN_TIMEOUT\\s+value: (\\d+)s") + Rest);
    }

    [Fact]
    public void StopTimeout_OfTheUnit_CoversTheLongestStop()
    {
        var unit = Block("ini");

        // Consul's drain delay is 1.5 s.
        Number(unit, "TimeoutStopSec=(\\d+)").Should().BeGreaterThanOrEqualTo(Deregister + 2 + Number(unit, "SHUTDOWN_TIMEOUT=(\\d+)s") + Rest);
        unit.Should().Contain("RestartPreventExitStatus=2", "wrong configuration ends with 2");
    }

    [Fact]
    public void Variables_InTheCodeOfThePages_AreSettings()
    {
        var known = SettingsTable.All.Select(static setting => setting.EnvironmentVariable).ToHashSet(StringComparer.Ordinal);

        CodeBlocks.Pages()
            .SelectMany(page => CodeBlocks.Find(page.Name, page.Text))
            .SelectMany(block => Variable().Matches(block.Code).Select(match => $"{block.Page}: {match.Value}"))
            .Where(found => !known.Contains(found.Split(' ')[1]))
            .Distinct()
            .Should().BeEquivalentTo(
                ["docs/configuration.md: MICRO_BROKER", "docs/reliability.md: MICRO_FAULTS"],
                "the one is the example of a variable without effect, the other belongs to the fault tests");
    }

    private static string Block(string language) => CodeBlocks.FindAll(language).Single(block => block.Page == "docs/deployment.md").Code;

    private static int Number(string text, string pattern) =>
        int.Parse(Regex.Match(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex("\\bMICRO_[A-Z][A-Z_]+\\b", RegexOptions.None, 1000)]
    private static partial Regex Variable();
}
