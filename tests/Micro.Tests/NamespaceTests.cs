using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Micro.Tests;

/// <summary>A namespace is the project's root namespace and the folder, so that a name tells where its file is.</summary>
public sealed partial class NamespaceTests
{
    /// <summary>
    /// Extension methods stand where their users look for them, and a type that the compiler wants stands where it looks.
    /// </summary>
    private static readonly string[] Elsewhere = ["Micro", "Microsoft.Extensions.DependencyInjection", "System.Runtime.CompilerServices"];

    public static TheoryData<string> Projects => [.. new[] { "src", "tests", "bench", "samples" }
        .SelectMany(static folder => Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), folder), "*.csproj", SearchOption.AllDirectories))
        .Where(static path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !path.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(static path => Path.GetRelativePath(RepositoryRoot.Find(), path))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Namespace_OfEachFile_IsItsFolder(string project)
    {
        var path = Path.Combine(RepositoryRoot.Find(), project);
        var folder = Path.GetDirectoryName(path)!;
        var root = XDocument.Load(path).Descendants("RootNamespace").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(path);

        var offenders = Sources.Of(folder)
            .Select(file => (File: Path.GetRelativePath(folder, file), Text: File.ReadAllText(file)))
            .Select(static file => (file.File, Namespace: NamespaceLine().Match(file.Text).Groups["name"].Value, IsStatic: file.Text.Contains("static class", StringComparison.Ordinal)))
            .Where(file => file.Namespace.Length > 0 && file.Namespace != Expected(root, file.File) && !(file.IsStatic && Elsewhere.Contains(file.Namespace)));

        offenders.Should().BeEmpty();
    }

    private static string Expected(string root, string file) =>
        string.Join('.', Path.GetDirectoryName(file)!.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Prepend(root));

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamespaceLine();
}
