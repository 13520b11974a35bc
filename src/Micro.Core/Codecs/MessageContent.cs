using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Google.Protobuf;

namespace Micro.Codecs;

/// <summary>Finds message types with private state only, which would arrive empty. A type without state may be empty.</summary>
internal static class MessageContent
{
    private const string Advice = "would be sent empty, because it has no public property or field: make its members public or mark them with [JsonInclude]";

    /// <summary>Checks the message of an endpoint when it is bound.</summary>
    /// <exception cref="ArgumentException">The type has private state only.</exception>
    public static void ThrowIfHidden(Type type, string endpoint)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (IsPlain(type) && !HasVisibleMember(type) && HasState(type))
        {
            throw new ArgumentException($"endpoint '{endpoint}': message {type.Name} {Advice}", nameof(type));
        }
    }

    /// <summary>Checks a type on its first use by the JSON codec, also within a message.</summary>
    /// <exception cref="CodecException">The type has private state only.</exception>
    public static void ThrowIfHidden(JsonTypeInfo type)
    {
        if (type is { Kind: JsonTypeInfoKind.Object, Properties.Count: 0, PolymorphismOptions: null } && HasState(type.Type))
        {
            throw new CodecException("json", $"{type.Type.Name} {Advice}");
        }
    }

    private static bool IsPlain(Type type) =>
        !type.IsPrimitive
        && !type.IsEnum
        && !type.IsInterface
        && !type.IsArray
        && type.Namespace?.Split('.')[0] != "System"
        && !typeof(IEnumerable).IsAssignableFrom(type)
        && !typeof(IMessage).IsAssignableFrom(type)
        && !type.IsDefined(typeof(JsonConverterAttribute), inherit: true)
        && !type.IsDefined(typeof(JsonPolymorphicAttribute), inherit: false)
        && !type.IsDefined(typeof(JsonDerivedTypeAttribute), inherit: false);

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Endpoints keep public members of their messages; without private ones nothing is refused.")]
    private static bool HasVisibleMember(Type type)
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        return type.GetProperties().Any(static property => !IsStatic(property) && property.GetIndexParameters().Length == 0)
            || type.GetFields(All).Any(static field => field.IsPublic || field.IsDefined(typeof(JsonIncludeAttribute)))
            || type.GetProperties(All).Any(static property => property.IsDefined(typeof(JsonIncludeAttribute)));
    }

    private static bool IsStatic(PropertyInfo property) => (property.GetMethod ?? property.SetMethod) is { IsStatic: true };

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Private fields trimmed away are not state that anybody reads.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Private fields trimmed away are not state that anybody reads.")]
    private static bool HasState(Type type)
    {
        for (var current = type; current is not null && current != typeof(object); current = current.BaseType)
        {
            if (current.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly).Length > 0)
            {
                return true;
            }
        }

        return false;
    }
}
