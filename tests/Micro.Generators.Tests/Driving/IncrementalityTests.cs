using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Micro.Generators.Driving;

/// <summary>Tests that an edit does not regenerate unrelated contracts.</summary>
public sealed class IncrementalityTests
{
    private const string Contract = "[MicroContract] public interface IOne { Task<Answer> AskAsync(Question question, CancellationToken token = default); }";

    [Theory]
    [InlineData("", "class Unrelated { int _field = 1; }")]
    [InlineData(Contract, "// a comment before it\n" + Contract)]
    [InlineData(Contract, "[MicroContract] public interface IOne { Task<Answer> AskAsync(Question question, CancellationToken token = default); int Helper() => 2; }")]
    public void Run_AfterAnEditThatMeansTheSame_NothingIsWrittenAgain(string before, string after)
    {
        var code = before.Length == 0 ? Contract : before;
        var compilation = Compiling.Compile(code);
        var driver = Compiling.CreateDriver().RunGenerators(compilation);
        var edited = CSharpSyntaxTree.ParseText(before.Length == 0 ? code + after : after, (CSharpParseOptions)compilation.SyntaxTrees[0].Options, "Contract.cs");

        var result = driver.RunGenerators(compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[0], edited)).GetRunResult().Results.Single();

        Reasons(result.TrackedSteps[ContractGenerator.ReadStep]).Should().OnlyContain(reason => reason == IncrementalStepRunReason.Cached || reason == IncrementalStepRunReason.Unchanged);
        Reasons(result.TrackedOutputSteps.SelectMany(static step => step.Value)).Should().NotBeEmpty().And.OnlyContain(reason => reason == IncrementalStepRunReason.Cached);
    }

    [Fact]
    public void Run_AfterAnEditOfAMessage_NothingIsWrittenAgain()
    {
        var compilation = Compiling.Compile(Contract);
        var driver = Compiling.CreateDriver().RunGenerators(compilation);
        var edited = CSharpSyntaxTree.ParseText(
            Compiling.Surroundings.Replace("int Number", "long Number", StringComparison.Ordinal), (CSharpParseOptions)compilation.SyntaxTrees[1].Options, "Surroundings.cs");

        var result = driver.RunGenerators(compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[1], edited)).GetRunResult().Results.Single();

        Reasons(result.TrackedSteps[ContractGenerator.ReadStep]).Should().Equal(IncrementalStepRunReason.Unchanged);
        Reasons(result.TrackedOutputSteps.SelectMany(static step => step.Value)).Should().Equal(IncrementalStepRunReason.Cached);
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(IEnumerable<IncrementalGeneratorRunStep> steps) =>
        steps.SelectMany(static step => step.Outputs).Select(static output => output.Reason);
}
