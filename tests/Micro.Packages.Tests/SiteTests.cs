using System.Text.RegularExpressions;

namespace Micro.Packages.Tests;

/// <summary>The documentation and the API reference of all packages build as one site.</summary>
[Collection(PackedRepositoryCollection.Name)]
public sealed partial class SiteTests(PackedRepository repository)
{
    private static readonly string Artifacts = Path.Combine(RepositoryRoot.Find(), "artifacts");

    [Fact]
    public async Task Build_AllPagesAndPackages_HasNoBrokenLinkAndLoadsNothingFromElsewhere()
    {
        (await Command.RunAsync("bash", Path.Combine(RepositoryRoot.Find(), "eng", "docs.sh"), repository.Binaries)).Succeeded();

        var pages = Directory.GetFiles(Path.Combine(Artifacts, "site"), "*.html", SearchOption.AllDirectories);
        pages.Select(page => Path.GetRelativePath(Path.Combine(Artifacts, "site"), page))
            .Should().Contain(["index.html", "README.html", "docs/hosting.html", "docs/adr/0006-packages.html", "api/Micro.MicroService.html"]);
        pages.SelectMany(page => Loaded().Matches(File.ReadAllText(page)).Select(match => match.Value)).Should().BeEmpty("a reader is not reported to others");
        Documented().Should().BeEquivalentTo(Packages(), "every package with an assembly has its reference");
    }

    private static IEnumerable<string> Documented() =>
        Directory.GetFiles(Path.Combine(Artifacts, "docs", "api"), "*.yml")
            .SelectMany(file => Assembly().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Distinct();

    private IEnumerable<string> Packages() =>
        Directory.GetFiles(repository.Feed, "*.nupkg")
            .Select(file => Path.GetFileName(file)[..^$".{repository.Version}.nupkg".Length])
            .Where(id => id != "Micro.Templates");

    [GeneratedRegex("""(src|<link[^>]* href)="(https?:)?//[^"]*""", RegexOptions.None, 1000)]
    private static partial Regex Loaded();

    [GeneratedRegex(@"^  assemblies:\n  - (.+)$", RegexOptions.Multiline, 1000)]
    private static partial Regex Assembly();
}
