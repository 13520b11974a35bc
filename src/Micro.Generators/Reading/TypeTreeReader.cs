using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Micro.Generators.Reading;

/// <summary>Writes the description of a message for the registry as C#, equal to that of reflection at run time.</summary>
internal static class TypeTreeReader
{
    private const string Value = "global::Micro.Registry.Value";

    // As at run time: the root is level 0, and this level is not described.
    private const int MaxLevel = 3;

    /// <returns>
    /// The expression; <see langword="null"/> for types described at run time: protobuf messages have descriptors, and types of
    /// the framework may differ between compilation and run time.
    /// </returns>
    public static string? Describe(ITypeSymbol type) => type.IsProtobuf() ? null : Describe(type, null, 0);

    private static string? Describe(ITypeSymbol type, string? name, int level)
    {
        if (type.TypeKind == TypeKind.Error || type.IsTupleType || type.ContainingType is { IsGenericType: true })
        {
            return null;
        }

        var typeName = GoTypeNames.Of(type);
        if (Fields(type, level + 1) is not { } fields)
        {
            return null;
        }

        var values = fields.Count == 0 ? "" : $", Values = new {Value}[] {{ {string.Join(", ", fields)} }}";
        return $"new {Value} {{ Name = {Literal(name ?? typeName)}, Type = {Literal(typeName)}{values} }}";
    }

    private static List<string>? Fields(ITypeSymbol type, int level)
    {
        type = GoTypeNames.Unwrap(type);
        var fields = new List<string>();
        if (level >= MaxLevel || !GoTypeNames.HasFields(type))
        {
            return fields;
        }

        if (IsOfFramework(type))
        {
            return null;
        }

        foreach (var (member, memberType) in JsonMembers.Of(type))
        {
            if (Describe(memberType, JsonMembers.NameOf(member), level) is not { } field)
            {
                return null;
            }

            fields.Add(field);
        }

        return fields;
    }

    private static bool IsOfFramework(ITypeSymbol type)
    {
        for (ITypeSymbol? current = type; current is { SpecialType: not (SpecialType.System_Object or SpecialType.System_ValueType) }; current = current.BaseType)
        {
            if (current.ContainingAssembly?.Name is not { } name
                || name is "mscorlib" or "netstandard" or "System"
                || name.StartsWith("System.", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
