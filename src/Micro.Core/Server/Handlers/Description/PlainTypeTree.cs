using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Micro.Registry;

namespace Micro.Server.Handlers.Description;

/// <summary>Describes a plain .NET type by the members that the JSON codec writes.</summary>
internal static class PlainTypeTree
{
    public static Value Describe(Type type, string? name, int level)
    {
        var typeName = GoTypeName.Of(type);
        return new Value { Name = name ?? typeName, Type = typeName, Values = Fields(type, level + 1) };
    }

    private static List<Value> Fields(Type type, int level)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var fields = new List<Value>();
        if (level >= TypeTree.MaxLevel || !GoTypeName.HasFields(type))
        {
            return fields;
        }

        foreach (var member in Members(type))
        {
            if (member.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always })
            {
                continue;
            }

            var memberType = member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;
            var name = member.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(member.Name);
            fields.Add(Describe(memberType, name, level));
        }

        return fields;
    }

    /// <summary>Returns members as declared, base types and fields first. Reflection guarantees no order; without tokens (compiled ahead of time) this order remains.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Members trimmed away cannot travel either: the description says what is left.")]
    private static IEnumerable<MemberInfo> Members(Type type)
    {
        const BindingFlags PublicInstance = BindingFlags.Public | BindingFlags.Instance;
        var properties = type.GetProperties(PublicInstance)
            .Where(property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .DistinctBy(property => property.Name, StringComparer.Ordinal);
        return type.GetFields(PublicInstance).Concat<MemberInfo>(properties)
            .OrderBy(member => Depth(member.DeclaringType))
            .ThenBy(member => member.HasMetadataToken() ? member.MetadataToken : 0);
    }

    private static int Depth(Type? type)
    {
        var depth = 0;
        for (; type is not null; type = type.BaseType)
        {
            depth++;
        }

        return depth;
    }
}
