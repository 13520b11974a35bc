using System.Text.RegularExpressions;

namespace Micro.Tests.Documentation;

/// <summary>Every id of a rule in a test's name is explained in docs/rules.md, and the page explains no other id.</summary>
public sealed partial class RulesPageTests
{
    private static readonly string Root = RepositoryRoot.Find();

    [Fact]
    public void Page_IdsOfTheTests_AreExplainedOnceEachAndNoOthers()
    {
        var used = Directory.EnumerateDirectories(Path.Combine(Root, "tests"))
            .SelectMany(Sources.Of)
            .SelectMany(file => Ids(File.ReadAllText(file)))
            .Distinct()
            .ToList();
        var explained = Row().Matches(File.ReadAllText(Path.Combine(Root, "docs", "rules.md"))).Select(match => match.Groups[1].Value).ToList();

        used.Should().HaveCountGreaterThan(100);
        explained.Should().OnlyHaveUniqueItems();
        used.Except(explained).Should().BeEmpty("docs/rules.md explains the ids of test names");
        explained.Except(used).Should().BeEmpty("no test has them in its name");
    }

    [Theory]
    [InlineData("public void Get_Unknown_NotFound_R_REG_14()", "R_REG_14")]
    [InlineData("public async Task Stop_Twice_Works_R11_R_SVC_5(int times)", "R11 R_SVC_5")]
    [InlineData("public static Task<int> S4_Flood_IsBounded()", "S4")]
    [InlineData("public void Call_OverHttp2_V1Alpha_IsServed()", "")]
    [InlineData("private void Get_Unknown_NotFound_R_REG_14()", "")]
    public void Ids_OfAMethod_AreTheSegmentsThatAreIds(string method, string expected) =>
        string.Join(' ', Ids("    " + method)).Should().Be(expected);

    private static IEnumerable<string> Ids(string source) =>
        Method().Matches(source).SelectMany(method => Id().Matches(method.Groups[1].Value)).Select(match => match.Value);

    [GeneratedRegex(@"^ *public [^(=;\n]*?(\w+)\(", RegexOptions.Multiline, 1000)]
    private static partial Regex Method();

    [GeneratedRegex("(?<=^|_)(R_[A-Z]+_[0-9]+|[A-Z][0-9]+)(?=_|$)", RegexOptions.None, 1000)]
    private static partial Regex Id();

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline, 1000)]
    private static partial Regex Row();
}
