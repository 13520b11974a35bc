using System.Text.RegularExpressions;

namespace Micro.Tests.Documentation;

/// <summary>
/// Finds the C# of the README and of all pages. A block marked <c>csharp contract</c> needs the build of a project: its
/// like is compiled and run by the tests of the contracts and of the packages.
/// </summary>
internal static partial class CodeBlocks
{
    public static IEnumerable<(string Page, int Line, string Code)> FindAll()
    {
        var root = RepositoryRoot.Find();
        return Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(root, "README.md"))
            .Order(StringComparer.Ordinal)
            .SelectMany(file => Find(Path.GetRelativePath(root, file), File.ReadAllText(file)));
    }

    public static IEnumerable<(string Page, int Line, string Code)> Find(string page, string text) =>
        Block().Matches(text.ReplaceLineEndings("\n")).Select(match => (page, text[..match.Index].Count(letter => letter == '\n') + 2, match.Groups[1].Value));

    [GeneratedRegex("^```(?:csharp|cs|c#)\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Block();
}
