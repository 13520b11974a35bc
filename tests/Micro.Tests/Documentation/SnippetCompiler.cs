using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Micro.Tests.Documentation;

/// <summary>
/// Compiles a piece of code as a reader would: a program or a file of types in a web project that references Micro, beside
/// the greeter of the README.
/// </summary>
internal static class SnippetCompiler
{
    private static readonly string[] Usings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Net.Http.Json", "System.Threading", "System.Threading.Tasks",
        "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing",
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
        "Micro", "Micro.Client", "Micro.Http", "Micro.Registry", "Micro.Registry.Consul", "Micro.Registry.Etcd", "Micro.Registry.Mdns", "Micro.Selection", "Micro.Server", "Micro.Testing",
    ];

    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["HelloRequest"] = """public sealed record HelloRequest { public string Name { get; init; } = ""; }""",
        ["HelloResponse"] = """public sealed record HelloResponse { public string Msg { get; init; } = ""; }""",
        ["Greeter"] = """public sealed class Greeter { public HelloResponse Hello(HelloRequest request) => new() { Msg = request.Name }; }""",
    };

    /// <summary>What the lines before a fragment would have made.</summary>
    private const string Given = """
        public static class Given
        {
            public static WebApplicationBuilder builder => throw new NotSupportedException();

            public static MicroService service => throw new NotSupportedException();
        }
        """;

    private static readonly Lazy<IReadOnlyList<MetadataReference>> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))]);

    /// <returns>The errors, one per line; empty when it compiles.</returns>
    public static IReadOnlyList<string> Compile(string code)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var tree = CSharpSyntaxTree.ParseText(code, options);
        var root = (CompilationUnitSyntax)tree.GetRoot();
        var declared = root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.Text).ToHashSet(StringComparer.Ordinal);
        var surroundings = string.Concat(Usings.Select(name => $"global using {name};\n"))
            + "global using static Given;\n" + Given + "\n"
            + string.Join('\n', Known.Where(type => !declared.Contains(type.Key)).Select(type => type.Value));
        var isProgram = root.Members.OfType<GlobalStatementSyntax>().Any();
        var compilation = CSharpCompilation.Create(
            "Snippet",
            [tree, CSharpSyntaxTree.ParseText(surroundings, options)],
            References.Value,
            new CSharpCompilationOptions(
                isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString())];
    }
}
