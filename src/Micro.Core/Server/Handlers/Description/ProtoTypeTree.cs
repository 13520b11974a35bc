using Google.Protobuf.Reflection;
using Micro.Registry;

namespace Micro.Server.Handlers.Description;

/// <summary>Describes a protobuf message by its fields, named as in the .proto file, like Go's JSON tags.</summary>
internal static class ProtoTypeTree
{
    public static Value Describe(MessageDescriptor message, string? name, int level)
    {
        var typeName = GoName(message.Name, message.ContainingType);
        return new Value { Name = name ?? typeName, Type = typeName, Values = Fields(message, level + 1) };
    }

    private static List<Value> Fields(MessageDescriptor message, int level)
    {
        var fields = new List<Value>();
        if (level >= TypeTree.MaxLevel)
        {
            return fields;
        }

        foreach (var field in message.Fields.InDeclarationOrder())
        {
            fields.Add(field.FieldType == FieldType.Message && !field.IsRepeated
                ? Describe(field.MessageType, field.Name, level)
                : new Value { Name = field.Name, Type = TypeName(field) });
        }

        return fields;
    }

    private static string TypeName(FieldDescriptor field)
    {
        if (field.IsMap)
        {
            var (key, value) = (field.MessageType.FindFieldByNumber(1), field.MessageType.FindFieldByNumber(2));
            return $"map[{ElementName(key)}]{ElementName(value)}";
        }

        return field.IsRepeated ? $"[]{ElementName(field)}" : ElementName(field);
    }

    private static string ElementName(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => "bool",
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => "int32",
        FieldType.UInt32 or FieldType.Fixed32 => "uint32",
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => "int64",
        FieldType.UInt64 or FieldType.Fixed64 => "uint64",
        FieldType.Float => "float32",
        FieldType.Double => "float64",
        FieldType.String => "string",
        FieldType.Bytes => "[]uint8",
        FieldType.Enum => GoName(field.EnumType.Name, field.EnumType.ContainingType),
        _ => GoName(field.MessageType.Name, field.MessageType.ContainingType),
    };

    /// <summary>Returns the Go name of a type; protoc-gen-go names a nested type <c>Outer_Inner</c>.</summary>
    private static string GoName(string name, MessageDescriptor? outer)
    {
        for (; outer is not null; outer = outer.ContainingType)
        {
            name = $"{outer.Name}_{name}";
        }

        return name;
    }
}
