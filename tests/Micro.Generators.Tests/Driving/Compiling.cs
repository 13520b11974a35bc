using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Micro.Generators.Driving;

/// <summary>Compiles a piece of code with the generator and the analyzer, as the compiler of a user does.</summary>
internal static class Compiling
{
    /// <summary>The implicit usings and the messages of the examples.</summary>
    public const string Surroundings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Micro;
        global using Micro.Client;
        global using Micro.Server;
        global using System.Text.Json.Serialization;

        public sealed class Question { public string? Text { get; set; } }
        public sealed class Answer { public int Number { get; set; } }
        """;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    private static readonly Lazy<ImmutableArray<MetadataReference>> All = new(static () =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path))]);

    public static IEnumerable<MetadataReference> References => All.Value;

    /// <summary>Compiles the code without generated code.</summary>
    public static CSharpCompilation Compile(string code, bool withMicro = true) => CSharpCompilation.Create(
        "Contracts",
        [CSharpSyntaxTree.ParseText(code, Options, "Contract.cs"), CSharpSyntaxTree.ParseText(Surroundings, Options, "Surroundings.cs")],
        withMicro ? All.Value : All.Value.Where(static reference => Path.GetFileName(reference.Display) != "Micro.dll"),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    public static CSharpGeneratorDriver CreateDriver() => CSharpGeneratorDriver.Create(
        [new ContractGenerator().AsSourceGenerator()],
        parseOptions: Options,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <returns>The generated files by name, and all diagnostics, without missing documentation of handwritten code.</returns>
    public static (Dictionary<string, string> Files, IReadOnlyList<Diagnostic> Said) Generate(string code, bool withMicro = true)
    {
        var driver = CreateDriver().RunGeneratorsAndUpdateCompilation(Compile(code, withMicro), out var output, out _);
        var files = driver.GetRunResult().GeneratedTrees.ToDictionary(static tree => Path.GetFileName(tree.FilePath), static tree => tree.ToString(), StringComparer.Ordinal);
        return (files, [.. output.GetDiagnostics().Where(said => said.Severity >= DiagnosticSeverity.Warning && (said.Id != "CS1591" || driver.GetRunResult().GeneratedTrees.Contains(said.Location.SourceTree!)))]);
    }

    /// <returns>The diagnostics of the analyzer, with the generated code present.</returns>
    public static async Task<IReadOnlyList<Diagnostic>> AnalyzeAsync(string code)
    {
        CreateDriver().RunGeneratorsAndUpdateCompilation(Compile(code), out var output, out _);
        var said = await output.WithAnalyzers([new ContractAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        return [.. said.OrderBy(static diagnostic => diagnostic.Location.SourceSpan.Start).ThenBy(static diagnostic => diagnostic.Id, StringComparer.Ordinal)];
    }
}
