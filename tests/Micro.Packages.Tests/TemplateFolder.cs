using System.Text;
using System.Text.RegularExpressions;

namespace Micro.Packages.Tests;

/// <summary>
/// A user's folder: a template store, a packages folder and a nuget.config of its own, so that nothing of the machine's is
/// touched. Packages of others come from the machine's packages folder or its sources, ours from the feed alone.
/// </summary>
internal sealed partial class TemplateFolder
{
    private readonly string _folder;

    private TemplateFolder(string folder) => _folder = folder;

    private string[] Store => ["--debug:custom-hive", Path.Combine(_folder, "store")];

    /// <summary>A folder with the templates installed.</summary>
    public static async Task<TemplateFolder> CreateAsync(PackedRepository repository)
    {
        var created = await CreateEmptyAsync(repository, "user");
        await created.RunAsync(["new", "install", Path.Combine(repository.Feed, $"Micro.Templates.{repository.Version}.nupkg"), .. created.Store]);
        return created;
    }

    /// <summary>A folder without templates, for a project written by hand.</summary>
    public static async Task<TemplateFolder> CreateEmptyAsync(PackedRepository repository, string name)
    {
        var created = new TemplateFolder(Directory.CreateDirectory(Path.Combine(repository.Folder, name)).FullName);
        await File.WriteAllTextAsync(Path.Combine(created._folder, "nuget.config"), await ConfigurationAsync(repository.Feed));
        return created;
    }

    public async Task<string> ListAsync() => (await RunAsync(["new", "list", "micro", .. Store])).Output;

    /// <summary>Makes a project of a template and builds it.</summary>
    /// <returns>The program.</returns>
    public async Task<string> BuildAsync(string template, string name, params string[] arguments)
    {
        await RunAsync(["new", template, "--name", name, "--no-restore", .. arguments, .. Store]);
        return await BuildAsync(name);
    }

    /// <summary>Builds a project written by hand.</summary>
    /// <returns>The program.</returns>
    public async Task<string> BuildProjectAsync(string name, string project, string program)
    {
        await WriteAsync($"{name}/{name}.csproj", project);
        await WriteAsync($"{name}/Program.cs", program);
        return await BuildAsync(name);
    }

    /// <summary>Writes a file, and the folders above it.</summary>
    public async Task WriteAsync(string path, string text)
    {
        var file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text);
    }

    /// <summary>Builds the project in a folder; a warning is an error.</summary>
    /// <param name="name">Name of the folder and of the project.</param>
    /// <returns>The program.</returns>
    public async Task<string> BuildAsync(string name)
    {
        var built = await RunAsync("build", name, "--verbosity", "quiet", "-warnaserror");
        built.Output.Should().NotContain("warning ");
        return Path.Combine(_folder, name, "bin", "Debug", "net10.0", $"{name}.dll");
    }

    /// <summary>Publishes a project trimmed and with its own runtime.</summary>
    /// <returns>The program.</returns>
    public async Task<string> PublishTrimmedAsync(string name)
    {
        await RuntimePacks.PublishTrimmedAsync(_folder, name, Path.Combine(_folder, name, "trimmed"));
        return Path.Combine(_folder, name, "trimmed", OperatingSystem.IsWindows() ? $"{name}.exe" : name);
    }

    public async Task<string> ItemsAsync(string name, string item) => (await RunAsync("msbuild", name, $"-getItem:{item}")).Output;

    public string Read(string path) => File.ReadAllText(Path.Combine(_folder, path));

    private static async Task<string> ConfigurationAsync(string feed)
    {
        var root = RepositoryRoot.Find();
        var machine = (await Command.DotnetAsync(root, "nuget", "locals", "global-packages", "--list")).Succeeded().Output.Split(':', 2)[1].Trim();
        var sources = (await Command.DotnetAsync(root, "nuget", "list", "source")).Succeeded().Output;
        var others = new StringBuilder();
        foreach (Match source in EnabledSource().Matches(sources))
        {
            others.Append($"""<packageSource key="{System.Security.SecurityElement.Escape(source.Groups[1].Value)}"><package pattern="*" /></packageSource>""");
        }

        return $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><add key="micro" value="{feed}" /></packageSources>
              <fallbackPackageFolders><add key="machine" value="{machine}" /></fallbackPackageFolders>
              <packageSourceMapping>
                <packageSource key="micro"><package pattern="Micro" /><package pattern="Micro.*" /></packageSource>
                {others}
              </packageSourceMapping>
            </configuration>
            """;
    }

    /// <summary>Runs the dotnet command in the folder; it must succeed.</summary>
    public async Task<Command> RunAsync(params string[] arguments) => (await Command.DotnetAsync(_folder, arguments)).Succeeded();

    [GeneratedRegex(@"^\s*\d+\.\s+(.+) \[Enabled\]", RegexOptions.Multiline)]
    private static partial Regex EnabledSource();
}
