using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Micro.Generators.Driving;

/// <summary>Applies a fix as an editor does.</summary>
internal static class Fixing
{
    /// <returns>The titles offered, and the file after the first of them; the same file if none is offered.</returns>
    public static async Task<(IReadOnlyList<string> Titles, string Text)> ApplyAsync(CodeFixProvider fix, string code, string usings = Compiling.Surroundings)
    {
        using var workspace = new AdhocWorkspace();
        var project = workspace.AddProject("Contracts", LanguageNames.CSharp)
            .WithCompilationOptions(new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable))
            .WithParseOptions(new CSharpParseOptions(LanguageVersion.Latest))
            .AddMetadataReferences(Compiling.References)
            .AddDocument("Surroundings.cs", usings).Project;
        var document = project.AddDocument("Contract.cs", code.ReplaceLineEndings("\n"));
        var compilation = (await document.Project.GetCompilationAsync())!;
        var said = await compilation.WithAnalyzers([new ContractAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        var actions = new List<CodeAction>();
        foreach (var diagnostic in said.Where(diagnostic => fix.FixableDiagnosticIds.Contains(diagnostic.Id)))
        {
            await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        }

        if (actions.Count > 0)
        {
            var operations = await actions[0].GetOperationsAsync(CancellationToken.None);
            document = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;
        }

        return ([.. actions.Select(static action => action.Title)], (await document.GetTextAsync()).ToString().ReplaceLineEndings("\n"));
    }
}
