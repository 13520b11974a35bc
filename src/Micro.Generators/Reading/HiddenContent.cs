using Microsoft.CodeAnalysis;

namespace Micro.Generators.Reading;

/// <summary>Finds types of messages whose state is private, which would arrive empty, by the rules that apply at run time.</summary>
internal static class HiddenContent
{
    /// <summary>Returns <see langword="false"/> for a type without state: it is meant to be empty.</summary>
    public static bool IsHidden(ITypeSymbol message)
    {
        var type = message is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : message;
        return type.TypeKind is TypeKind.Class or TypeKind.Struct
            && !IsOfFramework(type)
            && !type.AllInterfaces.Any(static face => face.SpecialType == SpecialType.System_Collections_IEnumerable)
            && !type.IsProtobuf()
            && !type.GetAttributes().Any(static data => data.AttributeClass is { } name && IsOwnFormat(name))
            && !Members(type).Any(IsVisible)
            && Members(type).Any(static member => member is IFieldSymbol { IsStatic: false });
    }

    private static bool IsOfFramework(ITypeSymbol type)
    {
        var root = type.ContainingNamespace;
        while (root is { ContainingNamespace: { IsGlobalNamespace: false } outer })
        {
            root = outer;
        }

        return root?.Name == "System";
    }

    private static bool IsOwnFormat(INamedTypeSymbol attribute) =>
        attribute.Is(KnownNames.JsonConverterAttribute) || attribute.Is(KnownNames.JsonPolymorphicAttribute) || attribute.Is(KnownNames.JsonDerivedTypeAttribute);

    private static bool IsVisible(ISymbol member) =>
        member is IFieldSymbol { IsStatic: false } or IPropertySymbol { IsStatic: false, IsIndexer: false }
        && (member.DeclaredAccessibility == Accessibility.Public || member.Has(KnownNames.JsonIncludeAttribute));

    private static IEnumerable<ISymbol> Members(ITypeSymbol type)
    {
        for (ITypeSymbol? current = type; current is { SpecialType: not SpecialType.System_Object }; current = current.BaseType)
        {
            foreach (var member in current.GetMembers())
            {
                yield return member;
            }
        }
    }
}
