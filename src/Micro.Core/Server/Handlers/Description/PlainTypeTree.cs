using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Micro.Codecs;
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
        if (level >= TypeTree.MaxLevel || !GoTypeName.HasFields(type) || JsonTypes.Find(type) is not { Kind: JsonTypeInfoKind.Object } info)
        {
            return [];
        }

        // As declared, members of base types first: the JSON metadata promises no order.
        return [.. info.Properties
            .Where(static property => property.Get is not null)
            .OrderBy(static property => Depth(property.DeclaringType))
            .ThenBy(static property => property.AttributeProvider is MemberInfo member && member.HasMetadataToken() ? member.MetadataToken : 0)
            .Select(property => Describe(property.PropertyType, property.Name, level))];
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
