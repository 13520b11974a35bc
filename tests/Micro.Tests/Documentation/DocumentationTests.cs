namespace Micro.Tests.Documentation;

/// <summary>What the documentation shows compiles.</summary>
public sealed class DocumentationTests
{
    public static TheoryData<string, int> Blocks
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var (page, line, _) in CodeBlocks.FindAll())
            {
                data.Add(page, line);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void CodeBlock_OfAPage_Compiles(string page, int line) =>
        SnippetCompiler.Compile(CodeBlocks.FindAll().Single(block => block.Page == page && block.Line == line).Code)
            .Should().BeEmpty("a reader copies it ({0}, line {1}); the web project's usings, those of Micro and the README's Greeter are given", page, line);

    [Fact]
    public void Compile_WrongCode_SaysSo() =>
        SnippetCompiler.Compile("""MicroService.Create(o => o.Nmae("x"));""").Should().ContainSingle(error => error.Contains("Nmae"));

    [Fact]
    public void Find_OtherLanguages_AreLeftOut() =>
        CodeBlocks.Find("page", "a\n```sh\nls\n```\n```csharp\nvar x = 1;\n```\n").Should().Equal(("page", 6, "var x = 1;\n"));
}
