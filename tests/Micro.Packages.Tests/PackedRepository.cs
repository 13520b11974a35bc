namespace Micro.Packages.Tests;

/// <summary>All packages, packed once into a folder of their own, beside the projects' own output.</summary>
public sealed class PackedRepository : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("micro-packages-");

    // Within the repository, which a CI build takes out of all paths; git knows it as output.
    private readonly DirectoryInfo _artifacts = Directory.CreateDirectory(Path.Combine(RepositoryRoot.Find(), "artifacts", $"packages-{Guid.NewGuid():N}"));

    public string Folder => _folder.FullName;

    public string Feed => Path.Combine(Folder, "feed");

    /// <summary>The packed projects, a folder for each.</summary>
    public string Binaries => Path.Combine(_artifacts.FullName, "packed", "bin");

    /// <summary>As all packages have it.</summary>
    public string Version { get; private set; } = "";

    /// <summary>The commit that was packed; none without git.</summary>
    public string? Commit { get; private set; }

    /// <summary>What every build here is given.</summary>
    /// <param name="purpose">Builds with properties of their own have a folder of their own: they would compile each other's anew.</param>
    internal string[] BuildArguments(string purpose) =>
    [
        "--verbosity", "quiet", "-p:Configuration=Release", "-p:UseArtifactsOutput=true", $"-p:ArtifactsPath={Path.Combine(_artifacts.FullName, purpose)}",
        "-p:ContinuousIntegrationBuild=true", "-p:RunAnalyzers=false",
    ];

    public async Task InitializeAsync()
    {
        var head = await Command.RunAsync("git", "-C", RepositoryRoot.Find(), "rev-parse", "HEAD");
        Commit = head.ExitCode == 0 ? head.Output.Trim() : null;
        var packed = await Command.DotnetAsync(RepositoryRoot.Find(), ["pack", Path.Combine("eng", "Micro.Packages.slnf"), "--output", Feed, .. BuildArguments("packed")]);
        packed.Succeeded().Output.Should().NotContain("warning");
        var name = Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(Feed, "Micro.Templates.*.nupkg").Single());
        Version = name["Micro.Templates.".Length..];
    }

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        _artifacts.Delete(recursive: true);
        return Task.CompletedTask;
    }

    internal Package Open(string id, string extension = "nupkg") => Package.Open(Path.Combine(Feed, $"{id}.{Version}.{extension}"));
}

[CollectionDefinition(Name)]
public sealed class PackedRepositoryCollection : ICollectionFixture<PackedRepository>
{
    public const string Name = "packed repository";
}
