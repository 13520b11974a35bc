using System.Text.RegularExpressions;

namespace Micro.Tests.Documentation;

/// <summary>The page for those who come from go-micro names what there is: a renamed member has to be renamed there too.</summary>
public sealed partial class GoMicroNamesTests
{
    /// <summary>Names of .NET, and those that stand for the reader's own.</summary>
    private static readonly string[] Others =
    [
        "ActivitySource", "AllowAnonymous", "Authorize", "Meter", "OperationCanceledException", "IDistributedCache", "HttpClient", "ILogger",
        "Debug", "Health", "Stats", "Topic", "Greeter", "GreeterBase", "GreeterClient", "GreeterService", "Hello", "Method", "Stream", "TIn", "TOut",
    ];

    [Fact]
    public void Names_InTheColumnOfOurs_ArePublicMembers()
    {
        var root = RepositoryRoot.Find();
        var known = Directory.EnumerateFiles(Path.Combine(root, "tests", "Micro.Tests", "PublicApi"), "*.approved.txt")
            .SelectMany(file => Name().Matches(File.ReadAllText(file)).Select(match => match.Value))
            .Concat(Others)
            .ToHashSet(StringComparer.Ordinal);

        var named = File.ReadLines(Path.Combine(root, "docs", "coming-from-go-micro.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .SelectMany(line => Code().Matches(line.Split('|')[2]).SelectMany(code => Name().Matches(code.Value)).Select(name => (Name: name.Value, Line: line)))
            .ToList();

        named.Should().HaveCountGreaterThan(200);
        named.Where(name => !known.Contains(name.Name)).Should().BeEmpty("they are in no public API");
    }

    [GeneratedRegex(@"\b[A-Z][A-Za-z]{2,}\b", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("`[^`]+`", RegexOptions.None, 1000)]
    private static partial Regex Code();
}
