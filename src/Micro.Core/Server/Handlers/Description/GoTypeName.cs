using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Micro.Server.Handlers.Description;

/// <summary>The name of a .NET type in a description: that of the Go type with the same JSON.</summary>
internal static class GoTypeName
{
    // Lists of lists of ... are followed only to this depth: types can nest without end.
    private const int MaxNesting = 8;

    public static string Of(Type type) => Of(type, MaxNesting);

    /// <summary>Returns whether the type is described by its fields, not only by its name.</summary>
    public static bool HasFields(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return !type.IsEnum && Scalar(type) is null && !TryGetElements(type, out _, out _);
    }

    private static string Of(Type type, int nesting)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Scalar(type) is { } scalar)
        {
            return scalar;
        }

        if (nesting == 0 || !TryGetElements(type, out var key, out var element))
        {
            return Simple(type, nesting);
        }

        return key is null
            ? $"[]{Of(element, nesting - 1)}"
            : $"map[{Of(key, nesting - 1)}]{Of(element, nesting - 1)}";
    }

    private static string? Scalar(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => null,
        TypeCode.Boolean => "bool",
        TypeCode.SByte => "int8",
        TypeCode.Byte => "uint8",
        TypeCode.Int16 => "int16",
        TypeCode.UInt16 => "uint16",
        TypeCode.Int32 => "int32",
        TypeCode.UInt32 => "uint32",
        TypeCode.Int64 => "int64",
        TypeCode.UInt64 => "uint64",
        TypeCode.Single => "float32",
        TypeCode.Double or TypeCode.Decimal => "float64",
        TypeCode.String or TypeCode.Char => "string",
        TypeCode.DateTime => "Time",
        _ => Other(type),
    };

    private static string? Other(Type type)
    {
        if (type == typeof(Guid) || type == typeof(Uri) || type == typeof(TimeSpan) || type == typeof(DateOnly) || type == typeof(TimeOnly) || type == typeof(Version))
        {
            return "string";
        }

        if (type == typeof(DateTimeOffset))
        {
            return "Time";
        }

        if (type == typeof(Memory<byte>) || type == typeof(ReadOnlyMemory<byte>))
        {
            return "[]uint8";
        }

        return type == typeof(object) || type == typeof(JsonElement) || type == typeof(JsonDocument) || typeof(JsonNode).IsAssignableFrom(type)
            ? "interface {}"
            : null;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Interfaces trimmed away make the description poorer, nothing else.")]
    private static bool TryGetElements(Type type, out Type? key, [NotNullWhen(true)] out Type? element)
    {
        key = null;
        element = type.IsArray ? type.GetElementType() : null;
        if (element is not null)
        {
            return true;
        }

        foreach (var candidate in type.IsInterface ? type.GetInterfaces().Prepend(type) : type.GetInterfaces())
        {
            var definition = candidate.IsGenericType ? candidate.GetGenericTypeDefinition() : null;
            if (definition == typeof(IDictionary<,>) || definition == typeof(IReadOnlyDictionary<,>))
            {
                (key, element) = (candidate.GenericTypeArguments[0], candidate.GenericTypeArguments[1]);
                return true;
            }

            if (definition == typeof(IEnumerable<>))
            {
                element = candidate.GenericTypeArguments[0];
            }
        }

        return element is not null;
    }

    private static string Simple(Type type, int nesting)
    {
        var tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 || nesting == 0
            ? type.Name
            : $"{type.Name[..tick]}[{string.Join(',', type.GenericTypeArguments.Select(argument => Of(argument, nesting - 1)))}]";
    }
}
