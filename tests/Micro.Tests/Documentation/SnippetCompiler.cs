using System.Reflection;
using Micro.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Micro.Tests.Documentation;

/// <summary>
/// Compiles a piece of code as a reader would: a program or a file of types in a web project that references Micro, beside
/// the greeter of the README, with the generator of contracts.
/// </summary>
internal static class SnippetCompiler
{
    private static readonly string[] Usings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Net.Http.Json", "System.Threading", "System.Threading.Tasks",
        "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing",
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    /// <summary>What the pages leave out; their index says so. The README does not: it is what somebody copies first.</summary>
    private static readonly string[] OwnUsings =
    [
        "Micro", "Micro.Authentication", "Micro.Client", "Micro.Hosting", "Micro.Http", "Micro.Registry", "Micro.Registry.Consul", "Micro.Registry.Etcd", "Micro.Registry.Kit", "Micro.Registry.Mdns", "Micro.Registry.Nats", "Micro.Selection", "Micro.Server", "Micro.Testing",
    ];

    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["HelloRequest"] = """public sealed record HelloRequest { public string Name { get; init; } = ""; }""",
        ["HelloResponse"] = """public sealed record HelloResponse { public string Msg { get; init; } = ""; }""",
        ["Greeter"] = """public sealed class Greeter { public HelloResponse Hello(HelloRequest request) => new() { Msg = request.Name }; }""",
        ["Table"] = "public sealed class Table;",
        ["TableRegistry"] = """
            public sealed class TableRegistry(Table table) : Micro.Registry.Kit.RegistryBase("table")
            {
                protected override Task<string?> WriteAsync(Micro.Registry.ServiceRecord record, Micro.Registry.RegisterOptions options, CancellationToken token) => throw new NotSupportedException(table.ToString());
                protected override Task RemoveAsync(Micro.Registry.ServiceRecord record, CancellationToken token) => throw new NotSupportedException();
                protected override Task<IReadOnlyCollection<Micro.Registry.ServiceRecord>> ReadAsync(string service, CancellationToken token) => throw new NotSupportedException();
                protected override Task<IReadOnlyCollection<Micro.Registry.ServiceRecord>> ListAsync(CancellationToken token) => throw new NotSupportedException();
                protected override Task FollowAsync(string? service, Micro.Registry.Kit.RegistryView view, CancellationToken token) => throw new NotSupportedException();
            }
            """,
    };

    /// <summary>What the lines before a fragment would have made.</summary>
    private const string Given = """
        public static class Given
        {
            public static WebApplicationBuilder builder => throw new NotSupportedException();

            public static Micro.MicroService service => throw new NotSupportedException();
        }
        """;

    private static readonly Lazy<IReadOnlyList<MetadataReference>> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>The generator of <c>JsonSerializerContext</c>s, which every build has: it lies beside the runtime's reference assemblies.</summary>
    private static readonly Lazy<IReadOnlyList<ISourceGenerator>> JsonGenerators = new(() =>
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var packs = Path.Combine(runtime, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref");
        var path = Directory.GetFiles(packs, "System.Text.Json.SourceGeneration.dll", SearchOption.AllDirectories).OrderDescending(StringComparer.Ordinal).First();
        return [.. new AnalyzerFileReference(Path.GetFullPath(path), new Loader()).GetGenerators(LanguageNames.CSharp)];
    });

    /// <param name="code">The piece.</param>
    /// <param name="generated">What the build would have made beside it.</param>
    /// <param name="generatedNamespace">The namespace of that; the code stands in a file that uses it.</param>
    /// <param name="isWhole">Whether it names its namespaces of ours itself.</param>
    /// <returns>The errors, one per line; empty when it compiles.</returns>
    public static IReadOnlyList<string> Compile(string code, IReadOnlyList<string>? generated = null, string? generatedNamespace = null, bool isWhole = false)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var tree = CSharpSyntaxTree.ParseText(code, options);
        var root = (CompilationUnitSyntax)tree.GetRoot();
        var made = (generated ?? []).Select(text => CSharpSyntaxTree.ParseText(text, options)).ToList();
        var declared = made.Select(tree => tree.GetRoot()).Append(root)
            .SelectMany(part => part.DescendantNodes().OfType<BaseTypeDeclarationSyntax>())
            .Select(type => type.Identifier.Text)
            .ToHashSet(StringComparer.Ordinal);
        var surroundings = string.Concat(Usings.Concat(isWhole ? [] : OwnUsings).Select(name => $"global using {name};\n"))
            + (generatedNamespace is null ? "" : $"global using {generatedNamespace};\n")
            + "global using static Given;\n" + Given + "\n"
            + string.Join('\n', Known.Where(type => !declared.Contains(type.Key)).Select(type => type.Value));
        var isProgram = root.Members.OfType<GlobalStatementSyntax>().Any();
        var compilation = CSharpCompilation.Create(
            "Snippet",
            [tree, CSharpSyntaxTree.ParseText(surroundings, options), .. made],
            References.Value,
            new CSharpCompilationOptions(
                isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create([new ContractGenerator().AsSourceGenerator(), .. JsonGenerators.Value], parseOptions: options).RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        return [.. output.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString())];
    }

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
            // It needs nothing but the compiler.
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
