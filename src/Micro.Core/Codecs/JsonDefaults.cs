using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;

namespace Micro.Codecs;

/// <summary>Settings of JSON for plain types, chosen to meet what Go structs with JSON tags write and read.</summary>
internal static class JsonDefaults
{
    /// <summary>Deepest nesting, written or read.</summary>
    public const int MaxDepth = 64;

    /// <summary>
    /// That of ASP.NET Core: reflection where the application keeps it for JSON, nothing where it is trimmed or compiled ahead
    /// of time; there a context must be given.
    /// </summary>
    private static readonly IJsonTypeInfoResolver? FrameworkResolver = new JsonOptions().SerializerOptions.TypeInfoResolver;

    /// <summary>Copies the user's options, or makes the default ones, and locks them.</summary>
    public static JsonSerializerOptions Prepare(JsonSerializerOptions? options)
    {
        var prepared = options is null
            ? new JsonSerializerOptions(JsonSerializerDefaults.Web)
            {
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                MaxDepth = MaxDepth,
                IncludeFields = true,
            }
            : new JsonSerializerOptions(options);
        prepared.TypeInfoResolver = (prepared.TypeInfoResolver ?? FrameworkResolver) is { } resolver ? Adapt(resolver) : null;
        prepared.MakeReadOnly();
        return prepared;
    }

    /// <summary>Adds the rules for Go's nil slices and maps, and for types that would arrive empty, to the types of a resolver.</summary>
    public static IJsonTypeInfoResolver Adapt(IJsonTypeInfoResolver resolver) =>
        resolver.WithAddedModifier(MessageContent.ThrowIfHidden).WithAddedModifier(NullCollections.Fill);
}
