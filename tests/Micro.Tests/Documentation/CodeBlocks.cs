using System.Text.RegularExpressions;

namespace Micro.Tests.Documentation;

/// <summary>
/// Finds the code of the README and of all pages. A block marked <c>csharp contract</c> needs what is generated from the
/// <c>.proto</c> block of contracts.md; <see cref="ContractPageTests"/> compiles it.
/// </summary>
internal static partial class CodeBlocks
{
    /// <param name="language">What stands behind the opening fence.</param>
    public static IEnumerable<(string Page, int Line, string Code)> FindAll(string language) =>
        Pages().SelectMany(page => Find(page.Name, page.Text)).Where(block => block.Language == language).Select(block => (block.Page, block.Line, block.Code));

    /// <summary>The README and all pages, with their path in the repository.</summary>
    public static IEnumerable<(string Name, string Text)> Pages()
    {
        var root = RepositoryRoot.Find();
        return Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(root, "README.md"))
            .Order(StringComparer.Ordinal)
            .Select(file => (Path.GetRelativePath(root, file), File.ReadAllText(file).ReplaceLineEndings("\n")));
    }

    /// <summary>Every block of a page, whatever its language.</summary>
    public static IEnumerable<(string Page, int Line, string Language, string Code)> Find(string page, string text) =>
        Block().Matches(text).Select(match => (page, text[..match.Index].Count(letter => letter == '\n') + 2, match.Groups[1].Value, match.Groups[2].Value));

    [GeneratedRegex("^```([^\n]*)\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline, 1000)]
    private static partial Regex Block();
}
