using System.Collections.Immutable;
using Micro.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Micro.Generators.Reading;

/// <summary>Where the generated types go: beside the interface, within the same types.</summary>
internal static class OuterTypes
{
    /// <returns>Headers of the types around it, outermost first.</returns>
    public static EquatableArray<string> Read(INamedTypeSymbol type, Report report)
    {
        if (type.IsFileLocal)
        {
            report.Add(Problems.Unreachable, type.Place(), type.Name, System.IO.Path.GetFileName(type.Place().SourceTree?.FilePath ?? ""), "hides it from generated code", "remove 'file'");
        }

        var headers = new List<string>();
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (outer.IsGenericType)
            {
                report.Add(Problems.Unreachable, type.Place(), type.Name, outer.ToName(), "has type parameters", "move the interface out of it");
            }
            else if (!IsPartial(outer))
            {
                report.Add(Problems.Unreachable, type.Place(), type.Name, outer.ToName(), "is not partial", "make it partial, or move the interface out of it");
            }

            headers.Add($"partial {KeywordOf(outer)} {outer.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat.WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers)).Split('.').Last()}");
        }

        headers.Reverse();
        return new EquatableArray<string>(headers.ToImmutableArray());
    }

    /// <summary>A part of one's own may be added to a generated type; a whole type is in its place.</summary>
    public static void CheckNames(INamedTypeSymbol type, string prefix, Report report)
    {
        INamespaceOrTypeSymbol container = type.ContainingType is { } outer ? outer : type.ContainingNamespace;
        foreach (var generated in new[] { $"{prefix}Client", $"{prefix}Contract" })
        {
            if (container.GetTypeMembers(generated).FirstOrDefault(static other => other.Arity == 0 && !IsPartial(other)) is { } other
                && SymbolEqualityComparer.Default.Equals(other.ContainingAssembly, type.ContainingAssembly))
            {
                report.Add(Problems.NameTaken, type.Place(), type.Name, generated, $"a {KeywordOf(other)}");
            }
        }

        foreach (var other in new[] { prefix, $"I{prefix}" }.SelectMany(name => container.GetTypeMembers(name)))
        {
            if (!SymbolEqualityComparer.Default.Equals(other, type) && other.TypeKind == TypeKind.Interface && other.Has(KnownNames.ContractAttribute)
                && string.Equals(Names.WithoutPrefix(other.Name), prefix, StringComparison.Ordinal))
            {
                report.Add(Problems.NameTaken, type.Place(), type.Name, $"{prefix}Client", $"the client of contract '{other.Name}'");
            }
        }
    }

    public static string AccessibilityOf(INamedTypeSymbol type) => SyntaxFacts.GetText(type.DeclaredAccessibility);

    private static bool IsPartial(INamedTypeSymbol type) =>
        type.DeclaringSyntaxReferences.Length > 0
        && type.DeclaringSyntaxReferences.All(static part => part.GetSyntax() is TypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static string KeywordOf(INamedTypeSymbol type) => type switch
    {
        { IsRecord: true, IsValueType: true } => "record struct",
        { IsRecord: true } => "record",
        { TypeKind: TypeKind.Struct } => "struct",
        { TypeKind: TypeKind.Interface } => "interface",
        { TypeKind: TypeKind.Enum } => "enum",
        { TypeKind: TypeKind.Delegate } => "delegate",
        _ => "class",
    };
}
