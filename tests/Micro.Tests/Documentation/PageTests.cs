using System.Text.RegularExpressions;

namespace Micro.Tests.Documentation;

/// <summary>The pages are built alike, so that a reader who knows one finds things in all, and their links lead somewhere.</summary>
public sealed partial class PageTests
{
    private static readonly string[] Headings = ["Use", "Settings", "Behaviour", "Limits", "When it does not work"];

    /// <summary>Tables to look things up in, not capabilities.</summary>
    private static readonly string[] References =
        ["docs/README.md", "docs/coming-from-go-micro.md", "docs/compatibility.md", "docs/performance.md", "docs/rules.md"];

    public static TheoryData<string> Capabilities =>
        [.. CodeBlocks.Pages().Select(page => page.Name).Where(name => name.StartsWith("docs/", StringComparison.Ordinal)
            && !name.StartsWith("docs/adr/", StringComparison.Ordinal) && !References.Contains(name))];

    public static TheoryData<string> All => [.. CodeBlocks.Pages().Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Capabilities))]
    public void Page_OfACapability_HasTheCommonHeadingsInOrder(string page) =>
        Titles(Text(page)).Where(title => title.Level == 2).Select(title => title.Text).Should().Equal(Headings);

    [Theory]
    [MemberData(nameof(Capabilities))]
    public void Page_OfACapability_IsListedInTheIndex(string page) =>
        Text("docs/README.md").Should().Contain($"({Path.GetFileName(page)})");

    [Theory]
    [MemberData(nameof(All))]
    public void Page_OfTheDocumentation_IsInTheTableOfContentsOfTheSite(string page) =>
        File.ReadLines(Path.Combine(RepositoryRoot.Find(), "docs", "toc.yml")).Select(line => line.Trim())
            .Should().Contain($"href: {Path.GetRelativePath("docs", page)}");

    [Fact]
    public void Decisions_AllRecords_AreListedInTheirIndex() =>
        CodeBlocks.Pages().Select(page => page.Name)
            .Where(name => name.StartsWith("docs/adr/", StringComparison.Ordinal) && name != "docs/adr/README.md")
            .Should().OnlyContain(name => Text("docs/adr/README.md").Contains($"({Path.GetFileName(name)})"));

    [Theory]
    [MemberData(nameof(All))]
    public void Links_OfAPage_LeadSomewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(RepositoryRoot.Find(), page))!;
        var broken = Link().Matches(Fence().Replace(Text(page), "")).Select(match => match.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal))
            .Where(link => !Leads(Path.Combine(RepositoryRoot.Find(), page), folder, link));

        broken.Should().BeEmpty();
    }

    [Fact]
    public void Titles_InsideCode_AreNone() =>
        Titles("# A\n```sh\n# b\n```\n## C\n").Should().Equal((1, "A"), (2, "C"));

    private static bool Leads(string page, string folder, string link)
    {
        var parts = link.Split('#');
        var target = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(folder, parts[0]));
        return (File.Exists(target) || Directory.Exists(target))
            && (parts.Length == 1 || Titles(File.ReadAllText(target)).Any(title => Anchor(title.Text) == parts[1]));
    }

    private static string Text(string page) => CodeBlocks.Pages().Single(candidate => candidate.Name == page).Text;

    private static IEnumerable<(int Level, string Text)> Titles(string text) =>
        Title().Matches(Fence().Replace(text.ReplaceLineEndings("\n"), "")).Select(match => (match.Groups[1].Length, match.Groups[2].Value));

    /// <summary>As code hosts make it: lower case, blanks as hyphens, letters, digits and hyphens only.</summary>
    private static string Anchor(string title) =>
        string.Concat(title.ToLowerInvariant().Replace(' ', '-').Where(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_'));

    [GeneratedRegex("^(#{1,6}) (.+)$", RegexOptions.Multiline, 1000)]
    private static partial Regex Title();

    [GeneratedRegex("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline, 1000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\(([^)\s]+)\)", RegexOptions.None, 1000)]
    private static partial Regex Link();
}
