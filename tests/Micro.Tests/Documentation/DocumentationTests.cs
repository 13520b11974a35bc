namespace Micro.Tests.Documentation;

/// <summary>What the documentation shows compiles.</summary>
public sealed class DocumentationTests
{
    public static TheoryData<string, int> Blocks
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var (page, line, _) in CodeBlocks.FindAll("csharp"))
            {
                data.Add(page, line);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void CodeBlock_OfAPage_Compiles(string page, int line) =>
        SnippetCompiler.Compile(CodeBlocks.FindAll("csharp").Single(block => block.Page == page && block.Line == line).Code, isWhole: page == "README.md")
            .Should().BeEmpty("a reader copies it ({0}, line {1}); the web project's usings, for pages those of Micro, and the README's Greeter are given", page, line);

    [Fact]
    public void Compile_WholeProgramWithoutItsUsing_SaysSo() =>
        SnippetCompiler.Compile("""MicroService.Create(o => o.Name("x"));""", isWhole: true).Should().Contain(error => error.Contains("MicroService"));

    [Fact]
    public void Compile_WrongCode_SaysSo() =>
        SnippetCompiler.Compile("""MicroService.Create(o => o.Nmae("x"));""").Should().ContainSingle(error => error.Contains("Nmae"));

    [Fact]
    public void Find_EveryBlock_IsToldWithItsLanguageAndLine() =>
        CodeBlocks.Find("page", "a\n```sh\nls\n```\n```csharp\nvar x = 1;\n```\n")
            .Should().Equal(("page", 3, "sh", "ls\n"), ("page", 6, "csharp", "var x = 1;\n"));

    [Fact]
    public void CodeBlocks_OfCSharp_AreAllCompiledSomewhere() =>
        CodeBlocks.Pages().SelectMany(page => CodeBlocks.Find(page.Name, page.Text))
            .Where(block => block.Language.StartsWith('c') || block.Language.StartsWith('C'))
            .Where(block => block.Language is not ("csharp" or "csharp contract"))
            .Should().BeEmpty("csharp is compiled here, csharp contract by ContractPageTests, and no test compiles anything else");
}
