using System.Text.RegularExpressions;

namespace Micro.Tests;

/// <summary>The solution shows the pages and the scripts beside the projects.</summary>
public sealed partial class SolutionTests
{
    [Theory]
    [InlineData("docs", "*.md", "*.yml")]
    [InlineData("eng", "*")]
    public void Solution_Folder_ListsItsFilesInOrder(string folder, params string[] patterns)
    {
        var root = RepositoryRoot.Find();
        var files = patterns.SelectMany(pattern => Directory.EnumerateFiles(Path.Combine(root, folder), pattern))
            .Select(file => $"{folder}\\{Path.GetFileName(file)}").Order(StringComparer.Ordinal);

        var listed = Item().Matches(File.ReadAllText(Path.Combine(root, "Micro.sln")).ReplaceLineEndings("\n"))
            .Select(static item => item.Groups[1].Value).Where(item => item.StartsWith(folder + "\\", StringComparison.Ordinal));

        listed.Should().Equal(files);
    }

    [GeneratedRegex(@"^\t\t(\S+) = \1$", RegexOptions.Multiline, 1000)]
    private static partial Regex Item();
}
