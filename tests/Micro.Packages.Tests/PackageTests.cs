using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Micro.Packages.Tests;

/// <summary>What is in the packages, and what is not.</summary>
[Collection(PackedRepositoryCollection.Name)]
public sealed class PackageTests(PackedRepository repository)
{
    private const string AspNetCore = "Microsoft.AspNetCore.App";

    public static TheoryData<string> Libraries => [.. Sources()];

    public static TheoryData<string> All => [.. Sources(), "Micro.Templates"];

    [Fact]
    public void Pack_Repository_MakesAPackageOfEverySourceProjectThatIsOne() =>
        Directory.EnumerateFiles(repository.Feed).Select(Path.GetFileName).Should().BeEquivalentTo(
            Sources().Append("Micro.Templates").Select(name => $"{name}.{repository.Version}.nupkg")
                .Concat(Sources().Select(name => $"{name}.{repository.Version}.snupkg")));

    [Theory]
    [MemberData(nameof(All))]
    public void Package_Manifest_SaysWhatItIsAndWhereItComesFrom(string id)
    {
        using var package = repository.Open(id);

        package.Said("id").Should().Be(id);
        package.Said("version").Should().Be(repository.Version);
        package.Said("license").Should().Be("Apache-2.0");
        package.Said("readme").Should().Be("README.md");
        package.Said("description").Should().NotBeNullOrEmpty().And.NotBe("Package Description");
        package.Said("authors").Should().Be("The Micro for .NET authors");
        package.ReadText("README.md").Should().StartWith($"# {id}\n");
        package.ReadText("LICENSE").Should().Contain("Apache License");
        if (repository.Commit is { } commit)
        {
            var source = package.Elements("repository").Single();
            source.Attribute("type")!.Value.Should().Be("git");
            source.Attribute("commit")!.Value.Should().Be(commit);
        }
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Library_Package_HoldsAssemblyAndDocumentation(string id)
    {
        using var package = repository.Open(id);
        string[] more = id switch
        {
            "Micro" => ["ConfigurationSchema.json", "buildTransitive/Micro.targets"],
            "Micro.Core" => ["analyzers/dotnet/cs/Micro.Generators.dll", "analyzers/dotnet/cs/Micro.Generators.CodeFixes.dll"],
            _ => [],
        };

        package.Files.Should().BeEquivalentTo(["LICENSE", "README.md", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", .. more]);
        package.ReadText($"lib/net10.0/{id}.xml").Should().Contain("<summary>");
        package.Frameworks.Should().Equal(AspNetCore);
    }

    [Theory]
    [InlineData("Micro", "Micro.Core", "Micro.Registry.Consul", "Micro.Registry.Etcd", "Micro.Registry.Mdns", "Micro.Selector", "Micro.Transport.Grpc", "Microsoft.Extensions.ServiceDiscovery.Abstractions", "System.CommandLine")]
    [InlineData("Micro.Authentication", "Micro", "Microsoft.IdentityModel.JsonWebTokens", "Microsoft.IdentityModel.Protocols.OpenIdConnect")]
    [InlineData("Micro.Core", "Google.Protobuf")]
    [InlineData("Micro.Registry.Conformance", "FluentAssertions", "Micro.Core", "Xunit.SkippableFact", "xunit", "xunit.extensibility.execution")]
    [InlineData("Micro.Registry.Consul", "Micro.Core")]
    [InlineData("Micro.Registry.Etcd", "dotnet-etcd", "Grpc.Net.Client", "Micro.Core")]
    [InlineData("Micro.Registry.Mdns", "Micro.Core")]
    [InlineData("Micro.Registry.Nats", "Micro.Core", "NATS.Client.Core")]
    [InlineData("Micro.Selector", "Micro.Core")]
    [InlineData("Micro.Templates")]
    [InlineData("Micro.Testing", "Micro")]
    [InlineData("Micro.Transport.Grpc", "Google.Protobuf", "Grpc.Core.Api", "Grpc.Net.Client", "Micro.Core")]
    public void Package_Dependencies_AreTheseOnly(string id, params string[] expected)
    {
        using var package = repository.Open(id);

        package.Dependencies.Select(dependency => dependency.Split(' ')[0]).Should().BeEquivalentTo(expected);
        package.Dependencies.Where(dependency => dependency.Split(' ', '.')[0] == "Micro" && !dependency.EndsWith($" [{repository.Version}]", StringComparison.Ordinal))
            .Should().BeEmpty("they see each other's internals");
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Library_Assembly_IsDeterministicAndItsSymbolsNameNoFolder(string id)
    {
        using var package = repository.Open(id);
        using var symbols = repository.Open(id, "snupkg");
        using var assembly = new PEReader(new MemoryStream(package.Read($"lib/net10.0/{id}.dll")));
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols.Read($"lib/net10.0/{id}.pdb")));
        var reader = provider.GetMetadataReader();

        var entries = assembly.ReadDebugDirectory();
        entries.Should().Contain(entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        var code = assembly.ReadCodeViewDebugDirectoryData(entries.Single(entry => entry.Type == DebugDirectoryEntryType.CodeView));
        new BlobContentId(reader.DebugMetadataHeader!.Id).Guid.Should().Be(code.Guid, "a debugger finds the symbols by it");
        reader.Documents.Select(document => reader.GetString(reader.GetDocument(document).Name)).Should().OnlyContain(name => name.StartsWith("/_/", StringComparison.Ordinal));
    }

    [Fact]
    public void Micro_DependencyOnCore_BringsItsAnalyzers()
    {
        using var package = repository.Open("Micro");

        var core = package.Elements("dependency").Single(dependency => dependency.Attribute("id")!.Value == "Micro.Core");
        (core.Attribute("exclude")?.Value ?? "").Should().NotContain("Analyzers", "the generator of contracts is in it");
    }

    [Fact]
    public void Templates_Package_UsesThePackagesOfItsVersion()
    {
        using var package = repository.Open("Micro.Templates");

        package.Elements("packageType").Single().Attribute("name")!.Value.Should().Be("Template");
        foreach (var template in new[] { "micro-service", "micro-client" })
        {
            package.Files.Should().Contain([$"content/{template}/.template.config/template.json", $"content/{template}/greeter.proto"]);
            package.ReadText($"content/{template}/TemplateProject.csproj").Should().Contain($"Include=\"Micro\" Version=\"{repository.Version}\"")
                .And.MatchRegex("Include=\"Grpc\\.Tools\" Version=\"[0-9.]+\"", "the version is that of Directory.Packages.props");
        }

        package.Files.Should().NotContain(file => file.Contains("/bin/") || file.Contains("/obj/"));
    }

    [Fact]
    public async Task Pack_Again_MakesTheSameBytes()
    {
        var again = Path.Combine(repository.Folder, "again");

        (await Command.DotnetAsync(RepositoryRoot.Find(), ["pack", "src/Micro.Selector", "--no-build", "--output", again, .. repository.BuildArguments("packed")])).Succeeded();

        var file = $"Micro.Selector.{repository.Version}.nupkg";
        var first = await File.ReadAllBytesAsync(Path.Combine(repository.Feed, file));
        var second = await File.ReadAllBytesAsync(Path.Combine(again, file));
        first.AsSpan().SequenceEqual(second).Should().BeTrue();
    }

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "src"), "*.csproj", SearchOption.AllDirectories)
            .Append(Path.Combine(RepositoryRoot.Find(), "tests", "Micro.Registry.Conformance", "Micro.Registry.Conformance.csproj"))
            .Where(static project => !File.ReadAllText(project).Contains("<IsPackable>false</IsPackable>", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!;
}
