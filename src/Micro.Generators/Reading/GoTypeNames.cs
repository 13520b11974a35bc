using Microsoft.CodeAnalysis;

namespace Micro.Generators.Reading;

/// <summary>Names of types in the registry, by the same rules as reflection at run time.</summary>
internal static class GoTypeNames
{
    private const int MaxNesting = 8;

    public static string Of(ITypeSymbol type) => Of(type, MaxNesting);

    /// <summary>Returns whether the type is described by its fields, not only by its name.</summary>
    public static bool HasFields(ITypeSymbol type)
    {
        type = Unwrap(type);
        return type.TypeKind != TypeKind.Enum && Scalar(type) is null && Elements(type) is null;
    }

    public static ITypeSymbol Unwrap(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type;

    private static string Of(ITypeSymbol type, int nesting)
    {
        type = Unwrap(type);
        if (type.TypeKind != TypeKind.Enum && Scalar(type) is { } scalar)
        {
            return scalar;
        }

        if (nesting == 0 || Elements(type) is not var (key, element))
        {
            return Simple(type, nesting);
        }

        return key is null ? $"[]{Of(element, nesting - 1)}" : $"map[{Of(key, nesting - 1)}]{Of(element, nesting - 1)}";
    }

    private static string? Scalar(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Boolean => "bool",
        SpecialType.System_SByte => "int8",
        SpecialType.System_Byte => "uint8",
        SpecialType.System_Int16 => "int16",
        SpecialType.System_UInt16 => "uint16",
        SpecialType.System_Int32 => "int32",
        SpecialType.System_UInt32 => "uint32",
        SpecialType.System_Int64 => "int64",
        SpecialType.System_UInt64 => "uint64",
        SpecialType.System_Single => "float32",
        SpecialType.System_Double or SpecialType.System_Decimal => "float64",
        SpecialType.System_String or SpecialType.System_Char => "string",
        SpecialType.System_DateTime => "Time",
        SpecialType.System_Object => "interface {}",
        _ => Other(type),
    };

    private static string? Other(ITypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Dynamic || type.Is("System.Text.Json.JsonElement") || type.Is("System.Text.Json.JsonDocument") || IsJsonNode(type))
        {
            return "interface {}";
        }

        if (type.Is("System.Guid") || type.Is("System.Uri") || type.Is("System.TimeSpan") || type.Is("System.DateOnly") || type.Is("System.TimeOnly") || type.Is("System.Version"))
        {
            return "string";
        }

        if (type.Is("System.DateTimeOffset"))
        {
            return "Time";
        }

        return type is INamedTypeSymbol { TypeArguments.Length: 1 } memory
            && (type.Is("System.Memory", 1) || type.Is("System.ReadOnlyMemory", 1))
            && memory.TypeArguments[0].SpecialType == SpecialType.System_Byte
            ? "[]uint8"
            : null;
    }

    private static bool IsJsonNode(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.Is("System.Text.Json.Nodes.JsonNode"))
            {
                return true;
            }
        }

        return false;
    }

    private static (ITypeSymbol? Key, ITypeSymbol Element)? Elements(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol array)
        {
            return (null, array.ElementType);
        }

        ITypeSymbol? element = null;
        IEnumerable<INamedTypeSymbol> faces = type.AllInterfaces;
        if (type is INamedTypeSymbol { TypeKind: TypeKind.Interface } itself)
        {
            faces = faces.Prepend(itself);
        }

        foreach (var face in faces)
        {
            if (face.Is("System.Collections.Generic.IDictionary", 2) || face.Is("System.Collections.Generic.IReadOnlyDictionary", 2))
            {
                return (face.TypeArguments[0], face.TypeArguments[1]);
            }

            if (face.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)
            {
                element = face.TypeArguments[0];
            }
        }

        return element is null ? null : (null, element);
    }

    private static string Simple(ITypeSymbol type, int nesting) =>
        type is INamedTypeSymbol { Arity: > 0 } named && nesting > 0
            ? $"{named.Name}[{string.Join(",", named.TypeArguments.Select(argument => Of(argument, nesting - 1)))}]"
            : type.MetadataName;
}
