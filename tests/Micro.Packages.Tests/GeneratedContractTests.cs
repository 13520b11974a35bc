namespace Micro.Packages.Tests;

/// <summary>An interface as a contract in a project that references the package Micro and nothing else.</summary>
[Collection(PackedRepositoryCollection.Name)]
public sealed class GeneratedContractTests(PackedRepository repository)
{
    private const string Program = """
        using System.Text.Json.Serialization;
        using Micro;

        await using var service = MicroService.Create(o => o.Name("greeter").UseMemory().Address("127.0.0.1:0").Logging(_ => { }));
        service.HandleGreeter(new Greeter());
        await service.StartAsync();

        IGreeter greeter = new GreeterClient(service.Client);
        Console.WriteLine((await greeter.HelloAsync(new Request("Anna"))).Text);
        await foreach (var response in greeter.StreamAsync(new Request("Bert")))
        {
            Console.WriteLine(response.Text);
        }

        [MicroContract(JsonContext = typeof(GreeterJson))]
        public interface IGreeter
        {
            Task<Response> HelloAsync(Request request, CancellationToken cancellationToken = default);

            IAsyncEnumerable<Response> StreamAsync(Request request, CancellationToken cancellationToken = default);
        }

        public sealed record Request(string Name);

        public sealed record Response(string Text);

        [JsonSerializable(typeof(Request))]
        [JsonSerializable(typeof(Response))]
        internal sealed partial class GreeterJson : JsonSerializerContext;

        internal sealed class Greeter : IGreeter
        {
            public Task<Response> HelloAsync(Request request, CancellationToken cancellationToken = default) => Task.FromResult(new Response($"Hello {request.Name}"));

            public async IAsyncEnumerable<Response> StreamAsync(Request request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
            {
                yield return await HelloAsync(request, cancellationToken);
            }
        }
        """;

    private const string DescribedProgram = """
        using System.Text.Json.Serialization;
        using Micro;
        using Micro.Registry;

        await using var service = MicroService.Create(o => o.Name("atlas").UseMemory().Address("127.0.0.1:0").Logging(_ => { }));
        service.HandleAtlas(new Atlas());
        await service.StartAsync();
        foreach (var endpoint in service.Server.Record!.Endpoints)
        {
            Console.Write($"{endpoint.Name} {Print(endpoint.Request!)} {Print(endpoint.Response!)}");
        }

        static string Print(Value value) => $"{value.Name}:{value.Type}({string.Join(' ', value.Values.Select(Print))})";

        [MicroContract(JsonContext = typeof(AtlasJson))]
        public interface IAtlas
        {
            Task<Place> FindAsync(Request request, CancellationToken cancellationToken = default);
        }

        public sealed record Request(string Name, Place? Near, List<Country> Countries)
        {
            [JsonPropertyName("kind_of")]
            public string Kind { get; init; } = "";

            [JsonIgnore]
            public string Secret { get; init; } = "";
        }

        public abstract class Noted
        {
            public string Note { get; init; } = "";
        }

        public sealed class Place(string city, Country country) : Noted
        {
            public string City => city;

            [JsonPropertyName("land")]
            public Country Country => country;
        }

        public sealed record Country(string Code);

        [JsonSerializable(typeof(Request))]
        internal sealed partial class AtlasJson : JsonSerializerContext;

        internal sealed class Atlas : IAtlas
        {
            public Task<Place> FindAsync(Request request, CancellationToken cancellationToken = default) => Task.FromResult(new Place("Bonn", new Country("de")));
        }
        """;

    [Fact]
    public async Task Contract_OfAPackagedMicro_IsGeneratedAndRunsWithoutReflection()
    {
        var user = await TemplateFolder.CreateEmptyAsync(repository, "contract-user");

        var program = await user.BuildProjectAsync("Greeting", Project(), Program);

        (await Command.RunAsync("dotnet", program)).Succeeded().Output.Should().Be("Hello Anna\nHello Bert\n");
        Directory.GetFiles(Path.GetDirectoryName(program)!, "*.dll").Select(Path.GetFileName)
            .Should().NotContain(file => file!.StartsWith("Micro.Generators", StringComparison.Ordinal), "it is the compiler's, nothing of it is deployed");
    }

    [SkippableFact]
    public async Task Contract_Trimmed_DescribesMessagesWithinMessages()
    {
        var user = await TemplateFolder.CreateEmptyAsync(repository, "described");
        await user.WriteAsync("Atlas/Atlas.csproj", Project());
        await user.WriteAsync("Atlas/Program.cs", DescribedProgram);

        var program = await user.PublishTrimmedAsync("Atlas");

        (await Command.RunAsync(program)).Succeeded().Output.Should().Be(
            "Atlas.Find Request:Request(name:string() near:Place(note:string() city:string() land:Country()) countries:[]Country() kind_of:string())"
            + " Place:Place(note:string() city:string() land:Country(code:string()))");
    }

    // The analyzers of trimming and of compiling ahead of time look at the generated code too; warnings are errors.
    private string Project() => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <IsAotCompatible>true</IsAotCompatible>
            <JsonSerializerIsReflectionEnabledByDefault>false</JsonSerializerIsReflectionEnabledByDefault>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Micro" Version="{repository.Version}" />
          </ItemGroup>
        </Project>
        """;
}
