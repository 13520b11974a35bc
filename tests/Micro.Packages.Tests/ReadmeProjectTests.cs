using System.Text.RegularExpressions;

namespace Micro.Packages.Tests;

/// <summary>The programs of the README, pasted into empty projects that reference the package.</summary>
[Collection(PackedRepositoryCollection.Name)]
public sealed partial class ReadmeProjectTests(PackedRepository repository)
{
    /// <summary>A worker whose constructor gets the client, so that the container creates it before the host starts anything.</summary>
    private const string Worker = """
        using Micro.Client;

        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddHostedService<Caller>();
        builder.Services.AddMicro(o => o.Name("caller").ClientOnly());
        await builder.Build().RunAsync();

        internal sealed class Caller(IMicroClient client) : BackgroundService
        {
            protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.FromResult(client);
        }
        """;

    [Fact]
    public async Task Programs_OfTheReadme_BuildAndCallEachOther()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "README.md"));
        var server = Snippet(readme, "server");
        var types = server[server.IndexOf("public sealed record HelloRequest", StringComparison.Ordinal)..];
        var messages = types[..types.IndexOf("public sealed class Greeter", StringComparison.Ordinal)];
        var user = await TemplateFolder.CreateEmptyAsync(repository, "readme-user");

        var serverProgram = await user.BuildProjectAsync("Server", Project("Microsoft.NET.Sdk"), server);
        await user.WriteAsync("Client/Messages.cs", messages);
        var clientProgram = await user.BuildProjectAsync("Client", Project("Microsoft.NET.Sdk"), Snippet(readme, "client"));
        await user.WriteAsync("Web/Greeter.cs", "using Micro.Server;\n\n" + types);
        var webProgram = await user.BuildProjectAsync("Web", Project("Microsoft.NET.Sdk.Web"), Snippet(readme, "web"));

        // Without multicast two processes share no registry.
        var multicast = Environment.GetEnvironmentVariable("MICRO_TEST_MULTICAST") == "1";
        using (var serving = await SampleProcess.StartAsync("dotnet", serverProgram, multicast ? "--registry=mdns" : "--registry=memory"))
        {
            (await Call.JsonAsync(serving.Address, "Greeter.Hello", """{"name":"Bert"}""")).Should().Be("""{"msg":"Hello Bert"}""");
            if (multicast)
            {
                (await Command.RunAsync("dotnet", clientProgram)).Succeeded().Output.Should().StartWith("Hello Anna\n");
            }

            (await serving.StopAsync()).Should().Be(0, serving.Said);
        }

        using var web = await SampleProcess.StartAsync("dotnet", webProgram, "--registry=memory", "--urls=http://127.0.0.1:0");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        (await http.GetStringAsync($"{WebAddress().Match(web.Said).Groups[1].Value}/hello/Cleo")).Should().Be("""{"msg":"Hello Cleo"}""");
        (await web.StopAsync()).Should().Be(0, web.Said);
    }

    [Fact]
    public async Task Worker_ThatInjectsTheClientOfWrongSettings_EndsWithOneLineAndCode2()
    {
        var user = await TemplateFolder.CreateEmptyAsync(repository, "worker-user");
        var program = await user.BuildProjectAsync("Caller", Project("Microsoft.NET.Sdk.Web"), Worker);

        var run = await Command.RunAsync("dotnet", program, "--client_retries=-1");

        run.ExitCode.Should().Be(2, run.Output);
        run.Output.Should().EndWith("caller: number '-1' must not be negative (from --client_retries)\n").And.NotContain("Unhandled").And.NotContain("   at ");
        (await Command.RunAsync("dotnet", program, "--settings")).Succeeded().Output.Should().Contain("client_retries").And.NotContain("Hosting");
    }

    private string Project(string sdk) => $"""
        <Project Sdk="{sdk}">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <OutputType>Exe</OutputType>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Micro" Version="{repository.Version}" />
          </ItemGroup>
        </Project>
        """;

    private static string Snippet(string readme, string name)
    {
        var block = Regex.Match(readme.ReplaceLineEndings("\n"), $"<!-- snippet: {name} -->\n```csharp\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(1));
        block.Success.Should().BeTrue("the README shows the {0}", name);
        return block.Groups[1].Value;
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)", RegexOptions.None, 1000)]
    private static partial Regex WebAddress();
}
