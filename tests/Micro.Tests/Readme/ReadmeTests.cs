using System.Text.RegularExpressions;

namespace Micro.Tests.Readme;

[Collection(Cli.ConsoleCollection.Name)]
public sealed class ReadmeTests
{
    [Theory]
    [InlineData("server")]
    [InlineData("client")]
    public void Snippet_OfTheReadme_IsTheCompiledCode(string name)
    {
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));
        var compiled = Lines(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Snippets.cs"))).ToList();
        var block = Regex.Match(readme, $"<!-- snippet: {name} -->\n```csharp\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(1));

        block.Success.Should().BeTrue();
        Lines(block.Groups[1].Value).Where(line => !line.StartsWith("using ", StringComparison.Ordinal)).Should().BeSubsetOf(compiled);
    }

    [Fact]
    public async Task Snippets_Run_TheClientFindsTheServer()
    {
        var registry = Micro.Registry.MemoryRegistry.Create();
        await using var server = MicroService.Create(options => options.Name("greeter").Address("127.0.0.1:0").Registry(registry).IgnoreEnvironment());
        server.Handle(new Snippets.Greeter());
        await server.StartAsync();
        await using var client = MicroService.Create(options => options.Name("greeter.client").Registry(registry).IgnoreEnvironment());

        var response = await client.Client.CallAsync<Snippets.HelloRequest, Snippets.HelloResponse>(
            "greeter", "Greeter.Hello", new Snippets.HelloRequest { Name = "Anna" });

        response.Msg.Should().Be("Hello Anna");
    }

    [Theory]
    [InlineData("--registry=memory", 1, "greeter")]
    [InlineData("--registry=nosuch", 2, "unknown registry 'nosuch'")]
    public async Task Client_NoServerOrWrongFlag_OneLineAndExitCode(string flag, int code, string text)
    {
        var error = Console.Error;
        using var captured = new StringWriter();
        try
        {
            Console.SetError(captured);
            (await Snippets.Client([flag])).Should().Be(code);
        }
        finally
        {
            Console.SetError(error);
        }

        // The warning is about the tests' own variables.
        Lines(captured.ToString()).Where(static line => !line.StartsWith("warn: ", StringComparison.Ordinal)).Should().ContainSingle().Which.Should().Contain(text);
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
}
