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

    [Fact]
    public async Task Contract_OfAPackagedMicro_IsGeneratedAndRunsWithoutReflection()
    {
        var user = await TemplateFolder.CreateEmptyAsync(repository, "contract-user");

        var program = await user.BuildProjectAsync("Greeting", Project(), Program);

        (await Command.RunAsync("dotnet", program)).Succeeded().Output.Should().Be("Hello Anna\nHello Bert\n");
        Directory.GetFiles(Path.GetDirectoryName(program)!, "*.dll").Select(Path.GetFileName)
            .Should().NotContain(file => file!.StartsWith("Micro.Generators", StringComparison.Ordinal), "it is the compiler's, nothing of it is deployed");
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
