using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Micro.Tests.Documentation;

/// <summary>Code of the documentation that needs generated code compiles over what Grpc.Tools generates from the page's own file.</summary>
public sealed partial class ContractPageTests : IDisposable
{
    /// <summary>For programs whose handler is in a file of its own.</summary>
    private const string Handler = "internal sealed class GreeterService : Greeter.GreeterBase;";

    private readonly string _folder = Directory.CreateTempSubdirectory("micro-pages-").FullName;

    [Fact]
    public async Task CodeBlocks_ThatNeedTheContract_CompileOverThePagesOwnProto()
    {
        var proto = CodeBlocks.FindAll("proto").Should().ContainSingle("contracts.md shows one file").Which.Code;
        var generated = await GenerateAsync(proto);
        var space = Namespace().Match(proto).Groups[1].Value;

        var blocks = CodeBlocks.FindAll("csharp contract").ToList();

        blocks.Select(block => block.Page).Distinct().Should().HaveCountGreaterThan(2, "the README and two pages show generated code");
        foreach (var (page, line, code) in blocks)
        {
            IReadOnlyList<string> made = code.Contains("class GreeterService", StringComparison.Ordinal) ? generated : [.. generated, Handler];
            SnippetCompiler.Compile(code, made, space).Should().BeEmpty("a reader copies it ({0}, line {1})", page, line);
        }

        SnippetCompiler.Compile("""new Greeter.GreeterClient(service.Client.AsCallInvoker("greeter")).ByeAsync();""", generated, space)
            .Should().NotBeEmpty("no rpc is called Bye");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Runs protoc with the plugin of gRPC, as a build does.</summary>
    private async Task<IReadOnlyList<string>> GenerateAsync(string proto)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "greeter.proto"), proto);
        string[] arguments = [$"--csharp_out={_folder}", $"--grpc_out={_folder}", $"--plugin=protoc-gen-grpc={PathOf("GrpcPlugin")}", $"-I{_folder}", "greeter.proto"];
        using var protoc = Process.Start(new ProcessStartInfo(PathOf("Protoc"), arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var errors = await protoc.StandardError.ReadToEndAsync();
        await protoc.WaitForExitAsync();
        protoc.ExitCode.Should().Be(0, errors);
        return [.. Directory.GetFiles(_folder, "*.cs").Select(File.ReadAllText)];
    }

    private static string PathOf(string tool) =>
        typeof(ContractPageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == tool).Value!;

    [GeneratedRegex("csharp_namespace = \"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Namespace();
}
