using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Micro.Tests;

/// <summary>
/// The folders of Micro.Core stand on floors: a folder uses what is below it, never what is above or beside it. What is used is
/// read from the source by the compiler, so that names without a using directive count too.
/// </summary>
public sealed class FloorsTests
{
    /// <summary>Each folder with those that it may use. The project's own folder, the namespace <c>Micro</c>, is named ".".</summary>
    private static readonly Dictionary<string, string[]> Below = new(StringComparer.Ordinal)
    {
        ["Basics"] = [],
        ["."] = ["Basics"],
        ["Telemetry"] = [".", "Basics"],
        ["Codecs"] = [".", "Basics"],
        ["Registry"] = [".", "Basics", "Codecs"],
        ["Selection"] = [".", "Basics", "Registry"],
        ["Transport"] = [".", "Basics", "Codecs"],
        ["Client"] = [".", "Basics", "Codecs", "Registry", "Selection", "Telemetry", "Transport"],
        ["Server"] = [".", "Basics", "Codecs", "Registry", "Telemetry", "Transport"],
    };

    private static readonly string Folder = Path.Combine(RepositoryRoot.Find(), "src", "Micro.Core");

    [Fact]
    public void Core_Folders_UseOnlyFloorsBelow()
    {
        var compilation = Compile();
        var homes = compilation.SyntaxTrees
            .SelectMany(tree => Declared(compilation.GetSemanticModel(tree)).Select(type => (Type: type, Folder: FolderOf(tree))))
            .DistinctBy(static home => home.Type.ToDisplayString())
            .ToDictionary(static home => home.Type.ToDisplayString(), static home => home.Folder, StringComparer.Ordinal);
        var above =
            from tree in compilation.SyntaxTrees
            let folder = FolderOf(tree)
            from type in Used(compilation.GetSemanticModel(tree))
            where homes.TryGetValue(type.ToDisplayString(), out var home) && home != folder && !Below[folder].Contains(home)
            select $"{Path.GetRelativePath(Folder, tree.FilePath)} uses {type.ToDisplayString()}";

        homes.Values.Distinct().Should().BeEquivalentTo(Below.Keys);
        above.Distinct().Should().BeEmpty();
    }

    [Fact]
    public void Floors_Themselves_HaveNoRing()
    {
        var placed = new HashSet<string>(StringComparer.Ordinal);
        while (Below.FirstOrDefault(folder => !placed.Contains(folder.Key) && folder.Value.All(placed.Contains)) is { Key: { } next })
        {
            placed.Add(next);
        }

        Below.Keys.Except(placed).Should().BeEmpty();
    }

    [Theory]
    [InlineData("Client/Mucp")]
    [InlineData("Server/Mucp")]
    public void Mucp_Types_UseEachOtherOneWay(string room)
    {
        var compilation = Compile();
        var models = Sources.Of(Path.Combine(Folder, room)).Select(path => compilation.GetSemanticModel(compilation.SyntaxTrees.Single(tree => tree.FilePath == path))).ToArray();
        var types = models.SelectMany(Declared).Select(static type => Outermost(type)!).ToHashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default);
        var uses = models
            .SelectMany(static model => model.SyntaxTree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>().Select(name => (User: UserOf(model, name), Used: Outermost(TypeOf(model, name)))))
            .Where(use => use.User is not null && use.Used is not null && types.Contains(use.Used) && !SymbolEqualityComparer.Default.Equals(use.User, use.Used))
            .ToLookup(static use => use.User!.Name, static use => use.Used!.Name, StringComparer.Ordinal);
        var inRings = types.Select(static type => type.Name).ToHashSet(StringComparer.Ordinal);
        while (inRings.FirstOrDefault(name => !uses[name].Any(inRings.Contains)) is { } free)
        {
            inRings.Remove(free);
        }

        types.Should().HaveCountGreaterThan(8);
        uses.SelectMany(static user => user).Should().NotBeEmpty();
        inRings.SelectMany(name => uses[name].Distinct().Where(inRings.Contains).Select(used => $"{name} uses {used}")).Should().BeEmpty();
    }

    private static CSharpCompilation Compile()
    {
        var libraries = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) != "Micro.Core.dll")
            .Select(static path => MetadataReference.CreateFromFile(path));
        var sources = Sources.Of(Folder).Select(static path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), path: path));
        var usings = CSharpSyntaxTree.ParseText("global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;", path: Path.Combine(Folder, "usings.cs"));
        return CSharpCompilation.Create("Micro.Core", sources.Append(usings), libraries, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    }

    private static string FolderOf(SyntaxTree tree) =>
        Path.GetRelativePath(Folder, tree.FilePath).Split(Path.DirectorySeparatorChar) is [var first, _, ..] ? first : ".";

    private static IEnumerable<INamedTypeSymbol> Declared(SemanticModel model) =>
        model.SyntaxTree.GetRoot().DescendantNodes()
            .Where(static node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
            .Select(node => model.GetDeclaredSymbol(node))
            .OfType<INamedTypeSymbol>();

    private static IEnumerable<INamedTypeSymbol> Used(SemanticModel model) =>
        model.SyntaxTree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
            .Select(name => TypeOf(model, name))
            .OfType<INamedTypeSymbol>();

    /// <summary>Returns the type that a name stands for, or whose member it is.</summary>
    private static INamedTypeSymbol? TypeOf(SemanticModel model, SimpleNameSyntax name) =>
        model.GetSymbolInfo(name).Symbol is { } symbol ? (symbol as INamedTypeSymbol ?? symbol.ContainingType)?.OriginalDefinition : null;

    /// <summary>Returns the outermost type in whose code a name stands; <see langword="null"/> outside of types.</summary>
    private static INamedTypeSymbol? UserOf(SemanticModel model, SimpleNameSyntax name) =>
        name.Ancestors().OfType<BaseTypeDeclarationSyntax>().LastOrDefault() is { } type ? (INamedTypeSymbol?)model.GetDeclaredSymbol(type) : null;

    private static INamedTypeSymbol? Outermost(INamedTypeSymbol? type) => type?.ContainingType is { } outer ? Outermost(outer) : type;
}
