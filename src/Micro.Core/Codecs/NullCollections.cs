using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Micro.Codecs;

/// <summary>
/// Reads <c>null</c> for a non-nullable list or map as the default of the member, or else as an empty collection. Does not
/// apply to options that respect nullable annotations: there <c>null</c> is an error.
/// </summary>
internal static class NullCollections
{
    public static void Fill(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.Options.RespectNullableAnnotations)
        {
            return;
        }

        var required = new List<JsonPropertyInfo>();
        foreach (var member in type.Properties)
        {
            if (!IsCollection(member.PropertyType) || member.CustomConverter is not null || member.IsExtensionData)
            {
                continue;
            }

            if (IsImmutableArray(member.PropertyType) || (IsRequired(member) && member.AssociatedParameter is not null && Setter(member) is null))
            {
                member.CustomConverter = new NullToEmptyConverter(member.PropertyType);
            }
            else if (IsRequired(member) || !IsNullable(member))
            {
                KeepDefault(member);
                if (IsRequired(member) && member.Get is not null)
                {
                    required.Add(member);
                }
            }
        }

        if (required.Count > 0)
        {
            FillAfterCreation(type, [.. required]);
        }
    }

    private static void KeepDefault(JsonPropertyInfo member)
    {
        if (member.AssociatedParameter is null && member.Set is { } set)
        {
            member.Set = (message, value) =>
            {
                if (value is not null)
                {
                    set(message, value);
                }
            };
        }
    }

    private static void FillAfterCreation(JsonTypeInfo type, JsonPropertyInfo[] members)
    {
        var next = type.OnDeserialized;
        type.OnDeserialized = message =>
        {
            foreach (var member in members)
            {
                if (member.Get!(message) is null && EmptyCollection.Create(member.Options.GetTypeInfo(member.PropertyType)) is { } empty)
                {
                    Setter(member)?.Invoke(message, empty);
                }
            }

            next?.Invoke(message);
        };
    }

    /// <summary>Returns the setter. The setter of a generated context throws for an init-only property.</summary>
    private static Action<object, object?>? Setter(JsonPropertyInfo member) => member switch
    {
        { AttributeProvider: PropertyInfo { SetMethod: not null } property, AssociatedParameter: not null } => property.SetValue,
        { AttributeProvider: PropertyInfo { SetMethod: null } } => null,
        _ => member.Set,
    };

    private static bool IsRequired(JsonPropertyInfo member) => !(member.AssociatedParameter?.IsNullable ?? member.IsSetNullable);

    /// <summary>Returns <see langword="false"/> also for a member without annotation, whose default then decides.</summary>
    private static bool IsNullable(JsonPropertyInfo member)
    {
        try
        {
            return member.AttributeProvider switch
            {
                PropertyInfo property => new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable,
                FieldInfo field => new NullabilityInfoContext().Create(field).WriteState == NullabilityState.Nullable,
                _ => false,
            };
        }
        catch (InvalidOperationException)
        {
            return false; // a trimmed application keeps no annotations
        }
    }

    private static bool IsCollection(Type type) => typeof(IEnumerable).IsAssignableFrom(type) && type != typeof(string);

    private static bool IsImmutableArray(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>);
}
