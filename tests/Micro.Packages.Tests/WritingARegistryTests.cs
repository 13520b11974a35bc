using System.Text.RegularExpressions;

namespace Micro.Packages.Tests;

/// <summary>The steps of docs/writing-a-registry.md, done as the page shows them.</summary>
[Collection(PackedRepositoryCollection.Name)]
public sealed partial class WritingARegistryTests(PackedRepository repository)
{
    [Fact]
    public async Task Steps_OfThePage_EndWithAPassingSuite()
    {
        var page = (await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "docs", "writing-a-registry.md"))).ReplaceLineEndings("\n");
        var files = FileBlock().Matches(page);
        var command = CommandBlock().Match(page).Groups[1].Value.Split(' ');
        files.Select(static file => file.Groups[1].Value).Should().Equal("Table/Table.csproj", "Table/TableRegistry.cs", "Table.Tests/Table.Tests.csproj", "Table.Tests/TableRegistryTests.cs");
        command.Should().StartWith("dotnet");
        var reader = await TemplateFolder.CreateEmptyAsync(repository, "registry-writer");
        foreach (Match file in files)
        {
            await reader.WriteAsync(file.Groups[1].Value, file.Groups[2].Value);
        }

        var run = await reader.RunAsync(command[1..]);

        run.Output.Should().MatchRegex("Passed!  - Failed: +0, Passed: +4[0-9], Skipped: +0");
    }

    [GeneratedRegex("^`([^`\n]+)`\n\n```(?:xml|csharp)\n(.*?)```", RegexOptions.Singleline | RegexOptions.Multiline, 1000)]
    private static partial Regex FileBlock();

    [GeneratedRegex("```bash\n(dotnet test [^\n]+)\n```", RegexOptions.None, 1000)]
    private static partial Regex CommandBlock();
}
