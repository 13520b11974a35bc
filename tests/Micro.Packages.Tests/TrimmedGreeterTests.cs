using System.Text.RegularExpressions;

namespace Micro.Packages.Tests;

/// <summary>The sample, trimmed and with its own runtime: nothing of ours is missing, and nothing of ours warns.</summary>
[Collection(PackedRepositoryCollection.Name)]
public sealed partial class TrimmedGreeterTests(PackedRepository repository)
{
    [SkippableFact]
    public async Task Greeter_TrimmedAndSelfContained_ServesAndCalls()
    {
        var output = Path.Combine(repository.Folder, "greeter");
        var published = await RuntimePacks.PublishTrimmedAsync(RepositoryRoot.Find(), Path.Combine("samples", "Greeter"), output, repository.BuildArguments("trimmed"));

        // Google.Protobuf's own is not ours to remove.
        published.Output.Split('\n').Where(line => TrimWarning().IsMatch(line) && !line.Contains("IL2104: Assembly 'Google.Protobuf'")).Should().BeEmpty();
        File.Exists(Path.Combine(output, "System.Linq.Parallel.dll")).Should().BeFalse("it is trimmed");
        var program = Path.Combine(output, OperatingSystem.IsWindows() ? "Greeter.exe" : "Greeter");
        using var server = await SampleProcess.StartAsync(program, "server", "--registry=memory");
        (await Call.JsonAsync(server.Address, "Greeter.Hello", """{"name":"Anna"}""")).Should().Be("""{"msg":"Hello Anna"}""");
        (await Call.GrpcAsync(server.Address, "greeter.Greeter/Hello", """{"name":"Bert"}""")).Should().Be("""{"msg":"Hello Bert"}""");
        foreach (var contentType in new[] { "application/protobuf", "application/json" })
        {
            (await CallAsync($"--content_type={contentType}", "--name=Cleo")).Should().Be("Hello Cleo\n");
            (await CallAsync($"--content_type={contentType}", "--stream", "--count=2")).Should().Be("0\n1\n");
            (await CallAsync($"--content_type={contentType}", "--pingpong", "--count=2")).Should().Be("1\n2\n");
        }

        (await server.StopAsync()).Should().Be(0, server.Said);

        async Task<string> CallAsync(params string[] flags) =>
            (await Command.RunAsync(program, ["client", "--registry=memory", $"--address={server.Address}", .. flags])).Succeeded().Output;
    }

    [GeneratedRegex(@"\bIL\d{4}\b")]
    private static partial Regex TrimWarning();
}
