using System.Collections;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Micro.Codecs;

/// <summary>Formats messages that hold google.protobuf.Any. Google.Protobuf's formatter refuses an empty Any and follows Any to any depth.</summary>
internal static class AnyText
{
    // Represents an empty Any while the formatter runs.
    private const string EmptyUrl = "empty-any/google.protobuf.Empty";

    private static readonly JsonFormatter.Settings Settings = JsonFormatter.Settings.Default.WithFormatDefaultValues(formatDefaultValues: false);

    private static readonly string EmptyMark =
        new JsonFormatter(Settings.WithTypeRegistry(TypeRegistry.FromFiles(EmptyReflection.Descriptor))).Format(new Any { TypeUrl = EmptyUrl });

    private static readonly ConditionalWeakTable<MessageDescriptor, object> Holders = [];

    /// <summary>Gets the formatter of messages without Any.</summary>
    public static JsonFormatter Formatter { get; } = new(Settings);

    /// <summary>Returns whether messages of the type can hold an Any, at any depth.</summary>
    public static bool IsHeldBy(MessageDescriptor type) => (bool)Holders.GetValue(type, static type => Reaches(type, []));

    /// <exception cref="CodecException">The content of an Any is of an unknown type, or nested too deep.</exception>
    public static string Format(IMessage message, TypeRegistry types)
    {
        var copy = message.Descriptor.Parser.ParseFrom(message.ToByteString());
        Prepare(copy, types, depth: 1);
        return new JsonFormatter(Settings.WithTypeRegistry(types)).Format(copy).Replace(EmptyMark, "{}", StringComparison.Ordinal);
    }

    /// <summary>Creates the error about a type that no known file declares.</summary>
    public static CodecException UnknownType(string url) =>
        new("json", $"unknown type \"{url}\" in a google.protobuf.Any: it is not in the message's file, its imports or the files given to MicroCodecs.Json");

    private static bool Reaches(MessageDescriptor type, HashSet<MessageDescriptor> seen) =>
        type == Any.Descriptor
        || (seen.Add(type) && type.Fields.InDeclarationOrder().Any(field => IsMessage(field) && Reaches(field.MessageType, seen)));

    private static bool IsMessage(FieldDescriptor field) => field.FieldType is FieldType.Message or FieldType.Group;

    private static void Prepare(IMessage message, TypeRegistry types, int depth)
    {
        if (depth > JsonDefaults.MaxDepth)
        {
            throw new CodecException("json", $"the message is nested deeper than {JsonDefaults.MaxDepth} levels");
        }

        if (message is Any any)
        {
            PrepareAny(any, types, depth);
            return;
        }

        foreach (var field in message.Descriptor.Fields.InDeclarationOrder().Where(IsMessage))
        {
            switch (field.Accessor.GetValue(message))
            {
                case IMessage inner:
                    Prepare(inner, types, depth + 1);
                    break;
                case IDictionary map:
                    PrepareAll(map.Values, types, depth + 1);
                    break;
                case IList list:
                    PrepareAll(list, types, depth + 1);
                    break;
            }
        }
    }

    private static void PrepareAll(ICollection values, TypeRegistry types, int depth)
    {
        foreach (var message in values.OfType<IMessage>())
        {
            Prepare(message, types, depth);
        }
    }

    private static void PrepareAny(Any any, TypeRegistry types, int depth)
    {
        if (any.TypeUrl.Length == 0 && any.Value.IsEmpty)
        {
            any.TypeUrl = EmptyUrl;
            return;
        }

        var type = types.Find(Any.GetTypeName(any.TypeUrl)) ?? throw UnknownType(any.TypeUrl);
        var content = type.Parser.ParseFrom(any.Value);
        Prepare(content, types, depth + 1);
        any.Value = content.ToByteString();
    }
}
