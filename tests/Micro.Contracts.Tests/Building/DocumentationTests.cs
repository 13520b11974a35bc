using System.Text.RegularExpressions;
using Micro.Tests.Documentation;

namespace Micro.Contracts.Building;

/// <summary>What the documentation shows of contracts compiles, over what the build makes of its own <c>.proto</c> block.</summary>
public sealed partial class DocumentationTests
{
    /// <summary>For programs whose handler is in a file of its own.</summary>
    private const string Handler = "internal sealed class GreeterService : Greeter.HandlerBase;";

    [Fact]
    public async Task CodeBlocks_ThatNeedTheContract_CompileOverThePagesOwnProto()
    {
        var proto = CodeBlocks.FindAll("proto").Should().ContainSingle("contracts.md shows one file").Which.Code;
        using var scratch = Scratch.WithoutCompiler();
        scratch.Write("greeter.proto", proto);
        var (code, output) = await scratch.RunAsync("msbuild", "scratch.proj");
        code.Should().Be(0, output);
        string[] made = [scratch.Read("obj/Greeter.cs"), scratch.Read("obj/greeter.micro.cs")];
        var space = Namespace().Match(proto).Groups[1].Value;

        var blocks = CodeBlocks.FindAll("csharp contract").ToList();

        blocks.Should().HaveCountGreaterThan(2);
        foreach (var (page, line, text) in blocks)
        {
            SnippetCompiler.Compile(text, text.Contains("class GreeterService", StringComparison.Ordinal) ? made : [.. made, Handler], space).Should().BeEmpty("a reader copies it ({0}, line {1})", page, line);
        }

        SnippetCompiler.Compile("new Greeter.Client(service.Client).ByeAsync();", made, space).Should().NotBeEmpty("no rpc is called Bye");
    }

    [GeneratedRegex("csharp_namespace = \"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Namespace();
}
